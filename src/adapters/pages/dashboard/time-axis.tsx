/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Time under a chart whose bars need not be equally long: ticks, and when a bar was in words.
import { Html } from "@elysiajs/html";

/** Of a bar, epoch ms. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** `03-12 14:00–14:30`, in UTC. */
export function spanWords(from: number, to: number): string {
  const [begin, end] = [from, to].map((time) => new Date(time).toISOString());
  const [day, lastDay] = [begin?.slice(5, 10), end?.slice(5, 10)];
  const [clock, lastClock] = [begin?.slice(11, 16), end?.slice(11, 16)];
  return day === lastDay
    ? `${day} ${clock}–${lastClock}`
    : `${day} ${clock}–${lastDay} ${lastClock}`;
}

const ticks = 6;

/** For each bar its tick or null; few enough that their words have room. */
export function ticksOf(spans: readonly TimeSpan[]): readonly (TimeSpan | null)[] {
  const step = Math.max(1, Math.ceil(spans.length / ticks));
  return spans.map((span, place) => (place % step === (spans.length - 1) % step ? span : null));
}

/** Whether days are what its ticks should name. */
export function isDays(spans: readonly TimeSpan[]): boolean {
  const [first] = spans;
  return first !== undefined && (spans.at(-1)?.to ?? 0) - first.from > 2 * 86_400_000;
}

export function Tick({
  span,
  days,
}: {
  readonly span: TimeSpan;
  readonly days: boolean;
}): JSX.Element {
  const iso = new Date(span.from).toISOString();
  return (
    <span>
      <time datetime={iso} data-zone={days ? "day" : "hour"} safe>
        {days ? iso.slice(5, 10) : iso.slice(11, 16)}
      </time>
    </span>
  );
}
