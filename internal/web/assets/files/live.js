import { part, put } from "./fetch.js";

// Keeps a part of the page as the clinic is: <section id="day" data-enhance="live"
// data-live="/admin/day/events">. Each message means that something changed; the
// page is asked for again and this part of it put in place, but never under a
// finger, an open menu or a focus.
export default function live(element) {
  const events = new EventSource(element.dataset.live);
  const selector = "#" + element.id;
  let pressed = false;
  let owed = false;
  let asking = null;

  const current = () => document.querySelector(selector);
  const busy = () => {
    const here = current();
    return pressed || document.hidden || !here ||
      (here.contains(document.activeElement) && document.activeElement !== here) ||
      here.querySelector("details[open], dialog[open]") || document.querySelector("dialog[open]");
  };
  async function refresh() {
    owed = true;
    if (busy() || asking) return;
    owed = false;
    asking = new AbortController();
    const fresh = await part(location.href, selector, asking.signal).catch(() => null);
    asking = null;
    const old = current();
    if (!old || !fresh) return;
    if (busy()) owed = true;
    else if (old.innerHTML !== fresh.innerHTML) {
      fresh.enhanced = new Set(["live"]); // this one goes on listening
      put(old, fresh);
    }
    if (owed) later();
  }
  let timer;
  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => owed && refresh(), 400);
  }
  events.addEventListener("message", () => { owed = true; later(); });
  let opened = false;
  events.addEventListener("open", () => { if (opened) { owed = true; later(); } opened = true; });
  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => { pressed = false; later(); }, true);
  }
  for (const end of ["focusout", "toggle", "close"]) document.addEventListener(end, later, true);
  document.addEventListener("visibilitychange", later);
  addEventListener("pagehide", () => events.close());
}
