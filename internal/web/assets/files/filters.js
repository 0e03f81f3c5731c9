// A change of a list, a date or a checkbox shows the result at once.
export default function filters(form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=date], [type=checkbox], [type=radio]")) form.requestSubmit();
  });
}
