// A menu closes when something else is pressed, and by Escape.
export default function menu(details) {
  document.addEventListener("pointerdown", (event) => { if (!details.contains(event.target)) details.open = false; });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
