// A calendar program on ical.js: it fetches each of the files in turn, and after each
// prints what it shows, as a line of JSON.
//
//     node program.mjs path/to/ical.js first.ics second.ics ...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, ...files] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(library));
const known = new Map();

for (const file of files) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  const zones = calendar.getAllSubcomponents("vtimezone").map((zone) => zone.getFirstPropertyValue("tzid"));
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component, { strictExceptions: true });
    const zone = event.startDate.zone.tzid;
    if (zone !== "UTC" && !zones.includes(zone)) throw new Error(`${zone} is not declared`);
    const before = known.get(event.uid);
    if (before && event.sequence < before.sequence) throw new Error(`${event.uid} went back in time`);
    if (component.getFirstPropertyValue("status") === "CANCELLED") known.delete(event.uid);
    else {
      known.set(event.uid, {
        uid: event.uid, sequence: event.sequence, summary: event.summary, status: component.getFirstPropertyValue("status"),
        zone, wall: event.startDate.toString(), unix: event.startDate.toUnixTime(), minutes: event.duration.toSeconds() / 60,
      });
    }
  }
  console.log(JSON.stringify([...known.values()].sort((a, b) => a.unix - b.unix)));
}
