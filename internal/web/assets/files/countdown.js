// Counts data-left seconds down. At 60 seconds it says data-warn to screen readers and
// sends "turno:soon"; at the end "turno:over", and shows data-over. What data-held names
// is given back as soon as another window of this browser holds something else.
export default function countdown(element) {
  const left = element.querySelector(".left");
  const status = element.querySelector("[role=status]");
  const before = element.querySelector(".before");
  // The server's clock counts: what matters is how long it was when this page came.
  const ends = Date.now() + Number(element.dataset.left) * 1000;
  let warned = false;
  let timer;
  function over(words) {
    clearInterval(timer);
    before.textContent = words;
    left.textContent = "";
    status.textContent = words;
    element.classList.add("over");
    element.dispatchEvent(new CustomEvent("turno:over", { bubbles: true }));
  }
  function tick() {
    const seconds = Math.ceil((ends - Date.now()) / 1000);
    if (seconds <= 0) return over(element.dataset.over);
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds <= 60 && !warned) {
      warned = true;
      status.textContent = element.dataset.warn;
      element.classList.add("soon");
      element.dispatchEvent(new CustomEvent("turno:soon", { bubbles: true }));
    }
  }
  element.classList.add("counting");
  if (element.dataset.counting) before.textContent = element.dataset.counting;
  timer = setInterval(tick, 1000);
  tick();
  const held = element.dataset.held;
  if (!held || !window.BroadcastChannel) return;
  const windows = new BroadcastChannel("turno-held");
  windows.addEventListener("message", (event) => {
    if (event.data === held || element.classList.contains("over")) return;
    over(element.dataset.elsewhere);
    const again = element.parentElement.querySelector(".more-time .button");
    if (again) again.textContent = element.dataset.again;
  });
  windows.postMessage(held);
}
