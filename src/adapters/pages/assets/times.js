// Times in the reader's own zone, UTC on hover. Runs while the page is being read, so nobody sees one change.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project */

const twoDigits = (number) => String(number).padStart(2, "0");

/** null: the page has been painted. */
let unseen = [];

/** ms after which a browser that has said nothing of a paint is not waited for: some keep such times from pages, for privacy. */
const longestUnsaid = 1000;

/**
 * Does what nobody sees, and would take its time from what is to be seen, once the page has been painted. One that
 * nobody looks at, or whose browser does not say, has been read by then.
 */
function afterPaint(work) {
  if (unseen === null) work();
  else unseen.push(work);
}

function doUnseen() {
  for (const work of unseen ?? []) work();
  unseen = null;
}

if (document.hidden || !PerformanceObserver.supportedEntryTypes.includes("paint"))
  addEventListener("load", doUnseen);
else {
  new PerformanceObserver(doUnseen).observe({ type: "paint", buffered: true });
  setTimeout(doUnseen, longestUnsaid);
}

// Where nothing is in sight yet, what takes long to lay out follows the rest. Whoever comes from another page of these
// sees that one until all of this one is there, and one come back to has to be as high as it was left.
const how = performance.getEntriesByType("navigation")[0]?.type;
if (how === "navigate" && !document.referrer.startsWith(`${location.origin}/`)) {
  const { classList } = document.documentElement;
  classList.add("unpainted");
  afterPaint(() => classList.remove("unpainted"));
}

/**
 * Where days begin, the server has to know: the next page has them right, and a live one as soon as it is renewed.
 * To ask for the zone's name takes a browser longer than all else in this file.
 */
function sayZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`smolrouter_zone=${zone}`))
    document.cookie = `smolrouter_zone=${zone}; path=/; max-age=31536000; samesite=strict`;
}
afterPaint(() => (globalThis.requestIdleCallback ?? setTimeout)(sayZone));

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
  /** Of the day and the minute: `03-12 14:05`. */
  minute(time, when) {
    time.title = time.textContent;
    time.textContent = localClock(when).slice(5, 16);
  },
  /** Under a chart. */
  hour(time, when) {
    time.textContent = localMinute(when);
  },
  day(time, when) {
    time.textContent = localClock(when).slice(5, 10);
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

/** The same for bars, which are not equally long, and say their day. */
function localBar(bar) {
  const [from, to] = [bar.dataset.from, bar.dataset.to].map((ms) =>
    localClock(new Date(Number(ms))),
  );
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11, 16) : to.slice(5, 16);
  const utc = /^(.*? UTC): /;
  const title = bar.querySelector("title");
  const [, inUtc] = utc.exec(title.textContent) ?? [];
  if (inUtc === undefined) return;
  const own = `${from.slice(5, 16)}–${end}`;
  title.textContent = `${title.textContent.replace(utc, `${own}: `)}\n(${inUtc})`;
  bar.setAttribute("aria-label", bar.getAttribute("aria-label").replace(utc, `${own}: `));
}

for (const come of ["pointerover", "focusin"])
  document.addEventListener(come, ({ target }) => {
    const bar = target.closest?.(".period-chart a");
    if (bar) localBar(bar);
  });

const watch = new MutationObserver(() => localTimes(document));
watch.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => {
  watch.disconnect();
  localTimes(document);
});
