// Shows what is chosen in a form elsewhere on the page too: the element of
// data-mirror shows the words of the choice.
export default function mirror(form) {
  form.addEventListener("change", (event) => {
    const place = document.querySelector(`[data-mirror="${event.target.name}"]`);
    const choice = event.target.closest(".choice");
    if (!place || !choice) return;
    place.textContent = [...choice.querySelectorAll(".name, .hint")].map((part) => part.textContent).join(" · ");
  });
}
