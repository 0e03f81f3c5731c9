// The link beside a dialog opens it here instead of leading to its own page.
export default function dialog(place) {
  const box = place.querySelector("dialog");
  const opener = place.querySelector(":scope > a, :scope > button");
  if (!box?.showModal) return;
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    box.showModal();
  });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
}
