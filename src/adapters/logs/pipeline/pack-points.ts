// How points travel between threads: as columns, for tens of thousands of objects take ten times as
// long to clone.
import type { PerformancePoint } from "../../../ports/browse.ts";

type Numbers =
  | "duration_ms"
  | "ttft_ms"
  | "prompt_tokens"
  | "completion_tokens"
  | "total_tokens"
  | "cost";

/** Two bytes a point, unless there are more names than they can tell apart. */
type Places = Int16Array | Int32Array;
const mostInShort = 0x7fff;

export interface PackedPoints {
  /** A line each: many short texts take longer to clone than a long one. */
  readonly ids: string;
  readonly timestamps: string;
  /** What is not known is NaN. */
  readonly numbers: Readonly<Record<Numbers | "status_code", Float64Array>>;
  /** Each name once; points have its place, -1 where they have none. */
  readonly names: readonly string[];
  readonly model: Places;
  readonly upstream: Places;
  readonly user: Places;
  readonly client: Places;
  readonly state: Places;
}

export function packPoints(points: readonly PerformancePoint[]): PackedPoints {
  const names = new Map<string, number>();
  const place = (name: string | null): number => {
    if (name === null) return -1;
    const known = names.get(name) ?? names.size;
    if (known === names.size) names.set(name, known);
    return known;
  };
  const column = (of: (point: PerformancePoint) => number | null) =>
    Float64Array.from(points, (point) => of(point) ?? Number.NaN);
  const named = (of: (point: PerformancePoint) => string | null) =>
    points.map((point) => place(of(point)));
  const placed = {
    model: named(({ model }) => model),
    upstream: named(({ upstream }) => upstream),
    user: named(({ user }) => user),
    client: named(({ client }) => client),
    state: named(({ state }) => state),
  };
  const fitting = (places: readonly number[]): Places =>
    names.size > mostInShort ? Int32Array.from(places) : Int16Array.from(places);
  return {
    ids: points.map(({ id }) => id).join("\n"),
    timestamps: points.map(({ timestamp }) => timestamp).join("\n"),
    numbers: {
      duration_ms: column((point) => point.duration_ms),
      ttft_ms: column((point) => point.ttft_ms),
      prompt_tokens: column((point) => point.prompt_tokens),
      completion_tokens: column((point) => point.completion_tokens),
      total_tokens: column((point) => point.total_tokens),
      cost: column((point) => point.cost),
      status_code: column((point) => point.status_code),
    },
    model: fitting(placed.model),
    upstream: fitting(placed.upstream),
    user: fitting(placed.user),
    client: fitting(placed.client),
    state: fitting(placed.state),
    names: [...names.keys()],
  };
}

/** What `packPoints` packed. */
export function unpackPoints(packed: PackedPoints): readonly PerformancePoint[] {
  const { ids, numbers, names, model, upstream, user, client, state } = packed;
  const known = (column: Float64Array, at: number): number | null => {
    const value = column[at] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  if (ids === "") return [];
  const timestamps = packed.timestamps.split("\n");
  return ids.split("\n").map((id, at) => ({
    id,
    timestamp: timestamps[at] ?? "",
    model: names[model[at] ?? -1] ?? null,
    upstream: names[upstream[at] ?? -1] ?? null,
    user: names[user[at] ?? -1] ?? null,
    client: names[client[at] ?? -1] ?? null,
    duration_ms: known(numbers.duration_ms, at),
    ttft_ms: known(numbers.ttft_ms, at),
    prompt_tokens: known(numbers.prompt_tokens, at),
    completion_tokens: known(numbers.completion_tokens, at),
    total_tokens: known(numbers.total_tokens, at),
    cost: known(numbers.cost, at),
    status_code: known(numbers.status_code, at),
    state: names[state[at] ?? -1] as PerformancePoint["state"],
  }));
}
