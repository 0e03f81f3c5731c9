// Begins where the day is: pushes the columns to today's and to now, and moves the line of
// the moment.
export default function agenda(wrap) {
  const today = wrap.querySelector(".column.today");
  if (today && !wrap.settled && wrap.scrollWidth > wrap.clientWidth) {
    wrap.scrollLeft = today.offsetLeft - (wrap.querySelector(".gutter")?.offsetWidth ?? 0);
  }
  const now = wrap.querySelector("[data-now]");
  if (!now) return;
  if (!wrap.settled && wrap.scrollHeight > wrap.clientHeight) wrap.scrollTop = Math.max(0, now.offsetTop - wrap.clientHeight / 3);
  const row = Number(/\bat(\d+)/.exec(now.className)?.[1]);
  const began = Date.now();
  const timer = setInterval(() => {
    if (!now.isConnected) return clearInterval(timer);
    now.style.gridRowStart = row + 2 + Math.floor((Date.now() - began) / 300000);
  }, 30000);
}
