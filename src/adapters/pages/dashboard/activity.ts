// What points say of the last hours: figures for slices of time, and for each model and upstream.
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { KeptOptions } from "./kept-for.ts";

/** ms that charts look back. */
export const daySpan = 86_400_000;
/** Points read for charts; with more calls in a day they reach back less far. */
export const chartPoints = 10_000;

/** ms after which figures of a day are read anew. */
const freshMs = 5_000;

/**
 * Figures of a day do not change by the second, and reading for them takes longer than the rest of a
 * page: whoever opens one sees those of minutes ago at once, and the new ones a moment later.
 */
export function keeping({ now, later }: Pick<KeptOptions, "now" | "later">): KeptOptions {
  return { fresh: freshMs, usable: 600_000, now, later };
}

/** Figures of some calls. Times in ms, of completed calls: a refused one says nothing of how long answers take. */
export interface CallFigures {
  readonly requests: number;
  readonly errors: number;
  /** Of prompts and answers. */
  readonly tokens: number;
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
  return {
    from,
    to: now,
    slices: figuresBetween(
      points,
      Array.from({ length: slices }, (_, place) => from + place * length),
    ),
    byModel: named(points, ({ model }) => model),
    byUpstream: named(points, ({ upstream }) => upstream),
  };
}

/** Figures of what began between each beginning and the next, as `cutAt` has them. */
export function figuresBetween(
  points: readonly PerformancePoint[],
  begins: readonly number[],
): readonly CallFigures[] {
  return cutAt(points, begins).map(figuresOf);
}

/**
 * The points between each beginning and the next; what lies outside goes to the first and the last.
 * Times are compared as they are written, for reading ten thousand of them takes longer than the rest.
 * @param points newest first
 * @param begins epoch ms, oldest first
 */
function cutAt(
  points: readonly PerformancePoint[],
  begins: readonly number[],
): readonly (readonly PerformancePoint[])[] {
  const pieces: (readonly PerformancePoint[])[] = [];
  let newer = 0;
  for (const [place, begin] of [...begins.entries()].toReversed()) {
    const first = new Date(Math.ceil(begin)).toISOString();
    let older = place === 0 ? points.length : newer;
    while (older < points.length && (points[older]?.timestamp ?? "") >= first) older++;
    pieces.push(points.slice(newer, older));
    newer = older;
  }
  return pieces.toReversed();
}

/** By name, the most used first; points without one are left out. */
function named(
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
  let tokens = 0;
  for (const point of points) {
    tokens += (point.prompt_tokens ?? 0) + (point.completion_tokens ?? 0);
    if (point.state === "failed") errors++;
    if (point.state !== "completed") continue;
    if (point.duration_ms !== null) times.push(point.duration_ms);
    if (point.ttft_ms !== null) firsts.push(point.ttft_ms);
    const speed = tokensPerSecond(point);
    if (speed !== null) speeds.push(speed);
  }
  const sorted = inOrder(times);
  return {
    requests: points.length,
    errors,
    tokens,
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    firstToken: quantile(inOrder(firsts), 0.5),
    speed: quantile(inOrder(speeds), 0.5),
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

/** Typed arrays are sorted by the engine itself, five times as fast as with a comparison. */
function inOrder(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** The smallest value that so large a share of all does not exceed (nearest rank). */
function quantile(sorted: Float64Array, share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
