// Times in the reader's own zone, UTC on hover. Runs while the page is being read, so nobody sees one change.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project */

const twoDigits = (number) => String(number).padStart(2, "0");

/** As format.ts has it for UTC: `2026-03-02 14:05:09`. */
function localClock(when) {
  const day = [when.getFullYear(), when.getMonth() + 1, when.getDate()].map(twoDigits).join("-");
  return `${day} ${localMinute(when)}:${twoDigits(when.getSeconds())}`;
}

function localMinute(when) {
  return `${twoDigits(when.getHours())}:${twoDigits(when.getMinutes())}`;
}

/** What each kind of time is made into; the page has all of them in UTC. */
const kinds = {
  /** The time itself: UTC goes into the hint. */
  clock(time, when) {
    time.title = time.textContent;
    time.textContent = localClock(when);
  },
  /** Some words, such as "3 min ago": the hint says both. */
  words(time, when) {
    time.title = `${localClock(when)} (${time.title})`;
  },
};

/** live.js calls it, too, for what it is about to show. */
function localTimes(within) {
  for (const time of within.querySelectorAll("time[data-zone]")) {
    // A time whose text has not come yet is seen to when it has.
    if (time.textContent === "") continue;
    kinds[time.dataset.zone](time, new Date(time.dateTime));
    time.removeAttribute("data-zone");
  }
}

/** The hints of a chart are many and seldom looked at: each is made when the pointer comes. */
document.addEventListener("pointerover", ({ target }) => {
  const hint = target.closest?.(".chart .hints rect")?.firstElementChild;
  if (!hint) return;
  const chart = target.closest(".chart");
  const [from, to] = [Number(chart.dataset.from), Number(chart.dataset.to)];
  const [left, wide, all] = [target.x, target.width, chart.viewBox].map(({ baseVal }) => baseVal);
  const clockAt = (x) => localMinute(new Date(from + ((to - from) * x) / all.width));
  const own = `${clockAt(left.value)}–${clockAt(left.value + wide.value)}:`;
  hint.textContent = hint.textContent.replace(/^[\d:]+–[\d:]+ UTC:/, own);
});

const watch = new MutationObserver(() => localTimes(document));
watch.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => {
  watch.disconnect();
  localTimes(document);
});
