import { part } from "./fetch.js";
import { enhance } from "./turno.js";

// Hides what staff looked at when nobody has touched the page for as long as the
// session may idle, and asks for the password over it: what was half typed stays.
// Other windows of the same browser count as a touch. The server hears of it too, a
// minute later at most, so that a long form does not meet a locked session. Only
// what a person does counts: a live page scrolls by itself.
export default function lock(body) {
  const after = Number(body.dataset.lockAfter) * 1000;
  const key = "turno-touched";
  let last = Date.now();
  let noted = 0;
  const every = Math.min(65000, after / 3); // the server notes a use once a minute
  let told = last; // opening the page has told it
  let telling = 0;
  function tell() {
    telling = 0;
    if (body.classList.contains("locked")) return;
    told = Date.now();
    fetch("/alive", { method: "POST", redirect: "manual" }).catch(() => { /* the next touch tells */ });
  }
  function touched() {
    if (body.classList.contains("locked")) return;
    last = Date.now();
    if (!telling) telling = setTimeout(tell, Math.max(0, told + every - last));
    if (last - noted < 5000) return;
    noted = last;
    try { localStorage.setItem(key, String(last)); } catch { /* no storage: each window counts for itself */ }
  }
  for (const sign of ["pointerdown", "keydown", "wheel"]) addEventListener(sign, touched, { capture: true, passive: true });
  addEventListener("storage", (event) => { if (event.key === key) last = Math.max(last, Number(event.newValue)); });
  const check = () => {
    if (Date.now() - last < after || body.classList.contains("locked")) return;
    hide(body).then(touched);
  };
  addEventListener("signed_out", () => { if (!body.classList.contains("locked")) hide(body).then(touched); });
  setInterval(check, Math.min(5000, after / 4));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
}

// hide shows the lock screen until the person is back.
async function hide(body) {
  const title = document.title;
  const address = "/unlock?next=" + encodeURIComponent(location.pathname + location.search);
  body.classList.add("locked");
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  const screen = await part(address, "#unlock").catch(() => null);
  if (!screen) return leave(address);
  const box = document.createElement("dialog");
  box.className = "lock";
  box.setAttribute("aria-labelledby", "unlock-title");
  box.setAttribute("closedby", "none");
  show(box, screen);
  document.title = box.querySelector("#unlock-title").textContent;
  body.append(box);
  box.showModal();
  await new Promise((back) => {
    box.addEventListener("cancel", (event) => event.preventDefault());
    box.addEventListener("close", () => body.classList.contains("locked") && leave(address));
    box.addEventListener("submit", async (event) => {
      if (event.defaultPrevented || !event.target.action.includes("/unlock")) return;
      event.preventDefault();
      if (await unlock(box, event.target).catch(() => leave(address))) back();
    });
  });
  body.classList.remove("locked");
  document.title = title;
  box.remove();
  dispatchEvent(new Event("unlocked"));
}

// unlock reports whether the server let the person in again; it shows what is
// wrong otherwise.
async function unlock(box, form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const at = new URL(answer.url).pathname;
  if (answer.redirected && at === "/login") return leave(answer.url);
  if (answer.redirected) return true;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const screen = page.querySelector("#unlock");
  if (!screen) return leave(location.href);
  show(box, screen);
  return false;
}

function show(box, screen) {
  box.replaceChildren(document.adoptNode(screen));
  enhance(box);
}

// leave opens the lock screen as a page of its own, and never comes back.
function leave(address) {
  location.assign(address);
  return new Promise(() => {});
}
