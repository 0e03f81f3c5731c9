// Hides what staff looked at when nobody has touched the page for as long as the
// session may idle; the server asks for the password then. Other windows of the
// same browser count as a touch.
export default function lock(body) {
  const after = Number(body.dataset.lockAfter) * 1000;
  const key = "turno-touched";
  let last = Date.now();
  let noted = 0;
  function touched() {
    last = Date.now();
    if (last - noted < 5000) return;
    noted = last;
    try { localStorage.setItem(key, String(last)); } catch { /* no storage: each window counts for itself */ }
  }
  for (const sign of ["pointerdown", "keydown", "scroll"]) addEventListener(sign, touched, { capture: true, passive: true });
  addEventListener("storage", (event) => { if (event.key === key) last = Math.max(last, Number(event.newValue)); });
  const check = () => {
    if (Date.now() - last < after) return;
    body.classList.add("locked");
    location.reload(); // the server shows the lock screen
  };
  setInterval(check, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
}
