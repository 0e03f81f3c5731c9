import { part } from "./fetch.js";
import { enhance } from "./turno.js";

// Keeps a part of the page as the clinic is: <section id="day" data-enhance="live"
// data-live="/admin/day/events">. Each "change" means that something changed; the
// page is asked for again and this part of it put in place, but never under a
// finger, a moving mouse, an open menu or a focus. "signed_out" means that the
// server wants to know who is there. Without a stream the page is reloaded by hand.
export default function live(element) {
  let events;
  const selector = "#" + element.id;
  const aiming = 1500; // after the mouse moved over this part, in milliseconds
  let pressed = false;
  let moved = -aiming;
  let owed = false;
  let asking = false;

  const current = () => document.querySelector(selector);
  const busy = () => {
    const here = current();
    return pressed || document.hidden || !here || performance.now() - moved < aiming ||
      (here.contains(document.activeElement) && document.activeElement !== here) ||
      here.querySelector("details[open], dialog[open]") || document.querySelector("dialog[open]");
  };
  async function refresh() {
    if (busy() || asking) return later();
    owed = false;
    asking = true;
    const fresh = await part(location.href, selector, "page").catch(() => null);
    asking = false;
    const old = current();
    if (!old) return;
    if (!fresh) { owed = true; return later(5000); }
    if (busy()) owed = true;
    else if (old.innerHTML !== fresh.innerHTML) exchange(old, fresh);
    if (owed) later();
  }
  let timer;
  function later(wait = 400) {
    clearTimeout(timer);
    timer = setTimeout(() => owed && refresh(), wait);
  }
  function listen() {
    events = new EventSource(element.dataset.live);
    events.addEventListener("change", () => { owed = true; later(); });
    events.addEventListener("signed_out", leave);
    // A stream that was lost is asked for again, and then sent to where people show
    // who they are: a browser gives up on that without a word.
    events.addEventListener("error", async () => {
      if (events.readyState !== EventSource.CLOSED) return;
      const answer = await fetch(element.dataset.live, { redirect: "manual" }).catch(() => null);
      answer?.body?.cancel();
      if (answer?.type === "opaqueredirect") leave();
      else setTimeout(() => { listen(); owed = true; later(); }, 5000);
    });
  }
  // The lock screen lies over the page, and what was typed stays below it.
  function leave() {
    events.close();
    if (document.body.dataset.lockAfter) dispatchEvent(new Event("signed_out"));
    else location.reload();
  }
  listen();
  addEventListener("unlocked", () => { events.close(); listen(); owed = true; later(); });
  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => { pressed = false; later(); }, true);
  }
  addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && current()?.contains(event.target)) moved = performance.now();
  }, { capture: true, passive: true });
  for (const end of ["focusout", "toggle", "close"]) document.addEventListener(end, () => later(), true);
  document.addEventListener("visibilitychange", () => later());
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// exchange puts the part in place, at once and where it was scrolled to.
function exchange(old, fresh) {
  const scrolling = ".agenda-wrap, .numbers";
  const places = [...old.querySelectorAll(scrolling)].map((e) => [e.scrollLeft, e.scrollTop]);
  document.adoptNode(fresh);
  fresh.enhanced = new Set(["live"]); // the one that was there goes on listening
  const parts = [...fresh.querySelectorAll(scrolling)];
  for (const e of parts) e.settled = true;
  old.replaceWith(fresh);
  parts.forEach((e, i) => { if (places[i]) [e.scrollLeft, e.scrollTop] = places[i]; });
  enhance(fresh);
}
