// A logarithmic axis for times: medians and the slowest differ by powers of ten, and both are to be read.

export interface TimeScale {
  /** Where a time lies, from the top. */
  readonly y: (ms: number) => number;
  /** Round times, ascending, few enough that their words have room. */
  readonly ticks: readonly number[];
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** From the finest steps to the coarsest: 1, 2 and 5 times, and what is round in minutes and hours; then fewer of them. */
const round: readonly (readonly number[])[] = [
  [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
    [1, 2, 5, 10, 20, 30].map((seconds) => seconds * secondMs),
    [1, 2, 5, 10, 20, 30].map((minutes) => minutes * minuteMs),
    [1, 2, 5, 10, 24].map((hours) => hours * hourMs),
  ),
  [1, 10, 100, secondMs, 10 * secondMs, minuteMs, 10 * minuteMs, hourMs, 10 * hourMs],
  [1, secondMs, minuteMs, hourMs],
];
const mostTicks = 4;
/** Between the outermost values and the edges. */
const margin = 6;

/**
 * @param values ms; null: none
 * @param height of the axis
 * @returns null without values
 */
export function timeScale(values: readonly (number | null)[], height: number): TimeScale | null {
  const known = values.filter((value) => value !== null).map((value) => Math.max(1, value));
  if (known.length === 0) return null;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  // A line that is level lies in the middle.
  const [low, high] = most / least < 2 ? [least / 2, most * 2] : [least / 1.2, most * 1.2];
  const y = (ms: number): number => {
    const share = Math.log(Math.max(1, ms) / low) / Math.log(high / low);
    return Math.round((height - margin - share * (height - 2 * margin)) * 10) / 10;
  };
  const within = round.map((steps) => steps.filter((step) => step >= low && step <= high));
  const ticks = within.find((steps) => steps.length <= mostTicks) ?? within.at(-1) ?? [];
  return { y, ticks };
}
