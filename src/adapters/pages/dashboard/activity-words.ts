// What is said of activity beside its charts.
import type { Activity, CallFigures } from "./activity.ts";
import { clockMinute, span } from "../shared/format.ts";

/** What the charts reach back to. */
export function reach({ from, to }: Activity): string {
  return `last ${span(to - from)}`;
}

export function perSecond(speed: number | null): string {
  return speed === null ? "–" : `${speed < 10 ? speed.toFixed(1) : Math.round(speed)} tokens/s`;
}

/** What each slice of time held; null where it held nothing. */
export function sliceHints(
  { from, to, slices }: Activity,
  say: (slice: CallFigures) => string,
): readonly (string | null)[] {
  const length = (to - from) / slices.length;
  return slices.map((slice, at) => {
    if (slice.requests === 0) return null;
    const [begin, end] = [from + at * length, from + (at + 1) * length];
    return `${clockMinute(begin)}–${clockMinute(end)} UTC: ${say(slice)}`;
  });
}
