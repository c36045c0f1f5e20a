// Axes of the performance page's scatter: ticks, their words, and views that can be zoomed and moved, logarithmic or linear.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return, eslint/no-unused-vars -- a browser's names have no types in this project; joined with the file that draws */

/** `1.2k`, `340 ms`: as format.ts has them. */
function count(value) {
  if (value >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  return value >= 1000 ? `${+(value / 1000).toFixed(1)}k` : String(+value.toFixed(1));
}
function span(ms) {
  if (ms < 1000) return `${+ms.toFixed(1)} ms`;
  return ms < 60_000 ? `${+(ms / 1000).toFixed(1)} s` : `${+(ms / 60_000).toFixed(1)} min`;
}

function seconds(ms) {
  return ms < 1000 ? `${+ms.toFixed(1)} ms` : `${count(ms / 1000)} s`;
}

/** About six round values. */
function linearTicks(low, high) {
  const rough = (high - low) / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => size >= rough);
  const ticks = [];
  for (let at = Math.ceil(low / step); at * step <= high; at++) ticks.push(at * step);
  return ticks;
}

/** 1, 2 and 5 times each power of ten; within less than one power, as on a linear axis. */
function logTicks(low, high) {
  if (high / low < 10) return linearTicks(low, high);
  const ticks = [];
  for (let unit = 10 ** Math.floor(Math.log10(low)); unit <= high; unit *= 10)
    for (const times of [1, 2, 5])
      if (times * unit >= low && times * unit <= high) ticks.push(times * unit);
  return ticks;
}

/** All lines are drawn; where they are many, those at powers of ten have a name. */
function named(value, ticks) {
  return ticks.length < 8 || Number.isInteger(+Math.log10(value).toFixed(9));
}

/** What all values take, with a little room. */
function extent(values, log) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = [1, 10];
  return log ? [low / 1.2, high * 1.2] : [0, Math.max(1, high * 1.04)];
}

/** As close as one can zoom: below that, ticks would be equal. */
const closest = { log: 1.02, linear: 1e-3 };

/**
 * A stretch of an axis, made smaller or larger about a place and moved, never beyond the whole.
 * @param view low and high
 * @param times its new size, of the old one
 * @param by what it moves by, of its own size
 */
function stretched([low, high], whole, log, times, by = 0) {
  const [there, back] = log ? [Math.log, Math.exp] : [Number, Number];
  const [first, last] = whole.map(there);
  const [from, to] = [there(low), there(high)];
  const least = log ? Math.log(closest.log) : (last - first) * closest.linear;
  const size = Math.min(last - first, Math.max(least, (to - from) * times));
  const middle = (from + to) / 2 + (to - from) * by;
  const begin = Math.min(last - size, Math.max(first, middle - size / 2));
  // What differs by rounding alone is the whole.
  return size > (last - first) * (1 - 1e-9) ? whole : [back(begin), back(begin + size)];
}
