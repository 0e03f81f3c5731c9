// A sentence about what was just done goes away by itself, unless somebody reads
// it: warnings stay. Each has a button to put it away.
export default function toast(region) {
  for (const note of region.children) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.setAttribute("aria-label", region.dataset.dismiss);
    close.textContent = "×";
    close.addEventListener("click", () => note.remove());
    note.append(close);
    if (note.matches(".warn, .error")) continue;
    let timer;
    const start = () => { timer = setTimeout(() => note.remove(), 10000); };
    note.addEventListener("pointerenter", () => clearTimeout(timer));
    note.addEventListener("pointerleave", start);
    note.addEventListener("focusin", () => clearTimeout(timer));
    start();
  }
}
