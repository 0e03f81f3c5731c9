// A button that prints the page. Without scripts the browser's own menu does.
export default function print(button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    window.print();
  });
}
