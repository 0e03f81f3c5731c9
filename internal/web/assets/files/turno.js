// What scripts add to pages that work without them. An element names what it
// wants in data-enhance="toast lock"; each word is a module beside this one,
// loaded when a page has use for it.

export function enhance(root = document) {
  const wanted = [...root.querySelectorAll("[data-enhance]")];
  if (root.matches?.("[data-enhance]")) wanted.push(root);
  for (const element of wanted) {
    for (const name of element.dataset.enhance.split(" ")) {
      const done = (element.enhanced ??= new Set());
      if (!name || done.has(name)) continue;
      done.add(name);
      import(`./${name}.js`).then((module) => module.default(element), console.error);
    }
  }
}

// A form that changes something is sent once, however often it is pressed.
addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  // The button's own name and value are sent, so it is not disabled.
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back through the browser's history finds the form ready again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// The server writes times as this reader's clocks show them.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`turno_zone=${zone}`)) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `turno_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  const shown = document.body.dataset.zone;
  if (shown && shown !== zone && document.cookie.includes(`turno_zone=${zone}`)) tellTimesAnew();
}

// The first page in a browser came by the clinic's clocks. Its times are asked for
// once more, unless somebody types already, or a time is being kept.
async function tellTimesAnew() {
  const main = document.querySelector("#main");
  if (!main?.querySelector("time") || main.querySelector(".countdown")) return;
  const { part } = await import("./fetch.js");
  const fresh = await part(location.href, "#main", "page").catch(() => null);
  if (!fresh || main.contains(document.activeElement)) return;
  main.replaceChildren(...document.adoptNode(fresh).childNodes);
  enhance(main);
}

// Of tabs that are wider than the window, the current one is in view.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const tabs = tab.parentElement;
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

document.documentElement.classList.add("scripted");
enhance();
