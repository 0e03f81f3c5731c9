import { part, put } from "./fetch.js";

// Links marked data-swap-link change this part of the page only. The address
// follows, and so does the browser's way back.
export default function swap(element) {
  element.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-swap-link]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (await show(element.dataset.swap, link.href, link.dataset.arrow)) {
      history.pushState({ swap: element.dataset.swap }, "", link.href);
    } else {
      location.assign(link.href);
    }
  });
  if (!history.state?.swap) history.replaceState({ swap: element.dataset.swap }, "");
  listen();
}

async function show(selector, url, arrow) {
  const old = document.querySelector(selector);
  old?.setAttribute("aria-busy", "true");
  const fresh = await part(url, selector).catch(() => null);
  if (!old || !fresh) return false;
  put(old, fresh);
  // The finger or the keyboard stays on the arrow that was pressed.
  const again = arrow && fresh.querySelector(`[data-arrow="${arrow}"]`);
  (again || fresh.querySelector("a, button"))?.focus({ preventScroll: true });
  return true;
}

let listening = false;
function listen() {
  if (listening) return;
  listening = true;
  addEventListener("popstate", async (event) => {
    if (event.state?.swap && !(await show(event.state.swap, location.href))) location.reload();
  });
}
