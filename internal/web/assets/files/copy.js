// A button that copies the text of the element that data-copy names.
export default function copy(button) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const source = document.querySelector(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    const face = button.querySelector("span:not(.hidden-text)");
    const was = face.textContent;
    face.textContent = button.dataset.copied;
    setTimeout(() => { face.textContent = was; }, 2000);
  });
}
