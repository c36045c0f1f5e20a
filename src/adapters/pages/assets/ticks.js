// What moves with the clock alone: countdowns and the time a call has been running.
/* oxlint-disable typescript/no-unsafe-argument -- a browser's names have no types in this project */

/** The router's clock, as the page said when it was made; a browser's may be off. */
let ahead = 0;

/** Call it when a page has just been made, or made anew. */
function setClock() {
  const madeAt = Number(document.body.dataset.now);
  ahead = madeAt ? madeAt - Date.now() : 0;
  tick();
}

function tick() {
  const now = Date.now() + ahead;
  for (const time of document.querySelectorAll("[data-countdown]")) {
    const left = Math.max(0, Math.ceil((Date.parse(time.dateTime) - now) / 1000));
    time.textContent = left === 0 ? "over" : `${left} s left`;
  }
  for (const time of document.querySelectorAll("[data-running]")) {
    const ms = Math.max(0, now - Date.parse(time.dateTime));
    time.textContent = spanOf(ms);
  }
}

/** As format.ts has it. */
function spanOf(ms) {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

setClock();
// No motion is promised to those who ask for none, but a number may still change.
setInterval(
  () => document.hidden || tick(),
  matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 200,
);
document.addEventListener("smolrouter:fresh", setClock);
