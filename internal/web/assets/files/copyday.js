// Buttons marked data-copy-from copy the fields of a day of the hours editor to
// the days that data-copy-to names. The editor's days are elements with data-day;
// the event "turno:copyday" lets the editor add or take away rows.
export default function copyday(editor) {
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-from]");
    if (!button) return;
    event.preventDefault();
    const fields = (day) => [...editor.querySelectorAll(`[data-day="${day}"] input, [data-day="${day}"] select`)];
    const source = fields(button.dataset.copyFrom);
    for (const day of button.dataset.copyTo.split(" ")) {
      fields(day).forEach((field, i) => {
        if (!source[i]) return;
        if (field.type === "checkbox") field.checked = source[i].checked;
        else field.value = source[i].value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    button.dispatchEvent(new CustomEvent("turno:copyday", { bubbles: true, detail: button.dataset }));
  });
}
