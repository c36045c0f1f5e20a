// What points say of the last hours: figures for slices of time, and for each model and upstream.
import type { PerformancePoint } from "../../ports/browse.ts";
import type { KeptOptions } from "./kept-for.ts";

/** ms that charts look back. */
export const daySpan = 86_400_000;
/** Points read for charts; with more calls in a day they reach back less far. */
export const chartPoints = 10_000;

/** Charts of a day do not change by the second, and reading for them takes longer than the rest of a page. */
export function keeping({ now }: { readonly now: () => number }): KeptOptions {
  return { fresh: 5_000, usable: 60_000, now };
}

/** Figures of some calls. Times in ms, of completed calls: a refused one says nothing of how long answers take. */
export interface CallFigures {
  readonly requests: number;
  readonly errors: number;
  readonly median: number | null;
  readonly p95: number | null;
  /** Median time to the first token. */
  readonly firstToken: number | null;
  /** Median of the calls' completion tokens by second of writing. */
  readonly speed: number | null;
}

export interface Activity {
  /** Epoch ms at the left edge. */
  readonly from: number;
  /** Epoch ms at the right edge. */
  readonly to: number;
  /** Equally long, from left to right. */
  readonly slices: readonly CallFigures[];
  readonly byModel: readonly NamedFigures[];
  readonly byUpstream: readonly NamedFigures[];
}

export interface NamedFigures extends CallFigures {
  readonly name: string;
}

export interface ActivityOptions {
  /** Epoch ms. */
  readonly now: number;
  /** ms looked back at. */
  readonly span: number;
  readonly slices: number;
  /** There were more points than were read: what is older than the oldest of them is not known. */
  readonly cut: boolean;
}

/** @param points newest first */
export function activityOf(
  points: readonly PerformancePoint[],
  options: ActivityOptions,
): Activity {
  const { now, span, slices, cut } = options;
  const oldest = points.at(-1);
  const from = cut && oldest !== undefined ? Date.parse(oldest.timestamp) : now - span;
  const length = Math.max(1, now - from) / slices;
  const inSlice: PerformancePoint[][] = Array.from({ length: slices }, () => []);
  for (const point of points) {
    const place = Math.floor((Date.parse(point.timestamp) - from) / length);
    inSlice[Math.min(slices - 1, Math.max(0, place))]?.push(point);
  }
  return {
    from,
    to: now,
    slices: inSlice.map(figuresOf),
    byModel: named(points, ({ model }) => model),
    byUpstream: named(points, ({ upstream }) => upstream),
  };
}

/** By name, the most used first; points without one are left out. */
export function named(
  points: readonly PerformancePoint[],
  nameOf: (point: PerformancePoint) => string | null,
): readonly NamedFigures[] {
  const groups = new Map<string, PerformancePoint[]>();
  for (const point of points) {
    const name = nameOf(point);
    if (name === null) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [point]);
    else group.push(point);
  }
  return [...groups]
    .map(([name, group]) => ({ name, ...figuresOf(group) }))
    .toSorted((a, b) => b.requests - a.requests);
}

export function figuresOf(points: readonly PerformancePoint[]): CallFigures {
  const times: number[] = [];
  const firsts: number[] = [];
  const speeds: number[] = [];
  let errors = 0;
  for (const point of points) {
    if (point.state === "failed") errors++;
    if (point.state !== "completed") continue;
    if (point.duration_ms !== null) times.push(point.duration_ms);
    if (point.ttft_ms !== null) firsts.push(point.ttft_ms);
    const speed = tokensPerSecond(point);
    if (speed !== null) speeds.push(speed);
  }
  return {
    requests: points.length,
    errors,
    median: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    firstToken: quantile(firsts, 0.5),
    speed: quantile(speeds, 0.5),
  };
}

type Timed = Pick<PerformancePoint, "completion_tokens" | "duration_ms" | "ttft_ms">;

/** Shorter writing says nothing of speed. */
const shortestMs = 50;

/** From the first token to the end, as that is when tokens are written; null for plain calls. */
export function tokensPerSecond(call: Timed): number | null {
  const { completion_tokens: tokens, duration_ms: total, ttft_ms: first } = call;
  if (tokens === null || tokens === 0 || total === null || first === null) return null;
  return total - first < shortestMs ? null : (tokens * 1000) / (total - first);
}

/** The smallest value that so large a share of all does not exceed (nearest rank). */
function quantile(values: number[], share: number): number | null {
  values.sort((a, b) => a - b);
  return values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? null;
}
