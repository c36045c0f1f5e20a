// Figures of a period from its calls, one by one: of those that are found by words, of which no tallies are kept.
import type { LogRow, PerformancePoint } from "../../../ports/browse.ts";
import type {
  CallFigures,
  CallSums,
  Dimension,
  Period,
  PeriodBar,
  PeriodQuestion,
} from "../../../ports/periods.ts";

/** What figures are made of; what a call does not say counts as absent. */
export type PeriodCall = PerformancePoint & Partial<Pick<LogRow, "cached_tokens">>;

const mostGroups = 50;
/** Beyond that figures are of the newest. */
export const mostCalls = 5_000;

/** @param newest the newest calls that the question's filter lets through, one more than `mostCalls` where there are more */
export function periodOfNewest(newest: readonly PeriodCall[], question: PeriodQuestion): Period {
  const calls = newest.slice(0, mostCalls);
  const period = periodOfCalls(calls, question);
  return newest.length > calls.length ? { ...period, cut: { calls: calls.length } } : period;
}

/** @param calls all that match the question's filter but for its times */
export function periodOfCalls(calls: readonly PeriodCall[], question: PeriodQuestion): Period {
  const { filter, by, bars } = question;
  const { since = 0, until = Number.POSITIVE_INFINITY } = filter;
  const within = calls.filter(({ timestamp }) => {
    const time = Date.parse(timestamp);
    return time >= since && time < until;
  });
  const grouped = by === undefined ? undefined : groupsOf(within, by);
  return {
    figures: figuresOf(within),
    ...(grouped === undefined
      ? {}
      : {
          groups: grouped.map(([name, group], place) => ({
            name,
            ...(place === mostGroups ? { rest: true as const } : {}),
            ...figuresOf(group),
          })),
        }),
    ...(bars === undefined ? {} : { bars: barsOf(within, bars, grouped) }),
  };
}

type Grouped = readonly (readonly [name: string | null, calls: readonly PeriodCall[]])[];

function groupsOf(calls: readonly PeriodCall[], by: Dimension): Grouped {
  const groups = new Map<string | null, PeriodCall[]>();
  for (const call of calls) {
    const name = call[by];
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [call]);
    else group.push(call);
  }
  const sorted = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
  const rest = sorted.slice(mostGroups).flatMap(([, group]) => group);
  return rest.length === 0 ? sorted : [...sorted.slice(0, mostGroups), ["other", rest]];
}

function barsOf(
  calls: readonly PeriodCall[],
  begins: readonly number[],
  grouped: Grouped | undefined,
): readonly PeriodBar[] {
  const whole = inBars(calls, begins);
  const parts = grouped?.map(([name, group]) => [name, inBars(group, begins)] as const);
  return begins.map((begin, place) => {
    const groups = parts?.flatMap(([name, bars]) => {
      const group = bars[place] ?? [];
      return group.length === 0 ? [] : [{ name, ...sumsOf(group) }];
    });
    return {
      start: new Date(begin).toISOString(),
      ...sumsOf(whole[place] ?? []),
      ...(groups === undefined ? {} : { groups }),
    };
  });
}

/** The calls of each bar; those before the first are the first one's. */
function inBars(
  calls: readonly PeriodCall[],
  begins: readonly number[],
): readonly (readonly PeriodCall[])[] {
  const bars: PeriodCall[][] = begins.map(() => []);
  for (const call of calls) {
    const time = Date.parse(call.timestamp);
    const place = begins.findLastIndex((begin) => begin <= time);
    bars[Math.max(0, place)]?.push(call);
  }
  return bars;
}

function sumsOf(calls: readonly PeriodCall[]): CallSums {
  const priced = calls.flatMap(({ cost }) => (cost === null || cost === undefined ? [] : [cost]));
  const sum = (of: (call: PeriodCall) => number | null | undefined): number =>
    calls.reduce((total, call) => total + (of(call) ?? 0), 0);
  return {
    requests: calls.length,
    errors: calls.filter(({ state }) => state === "failed").length,
    prompt_tokens: sum((call) => call.prompt_tokens),
    completion_tokens: sum((call) => call.completion_tokens),
    cached_tokens: sum((call) => call.cached_tokens),
    cost: priced.length === 0 ? null : priced.reduce((total, cost) => total + cost, 0),
    unpriced: calls.filter(
      ({ cost, total_tokens: tokens }) =>
        (cost === null || cost === undefined) && tokens !== null && tokens > 0,
    ).length,
  };
}

function figuresOf(calls: readonly PeriodCall[]): CallFigures {
  const sums = sumsOf(calls);
  const completed = calls.filter(({ state }) => state === "completed");
  const sorted = (values: readonly (number | null)[]): readonly number[] =>
    values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const durations = sorted(completed.map(({ duration_ms: ms }) => ms));
  return {
    ...sums,
    error_rate: sums.requests === 0 ? 0 : sums.errors / sums.requests,
    duration_ms_median: quantile(durations, 0.5),
    duration_ms_p95: quantile(durations, 0.95),
    ttft_ms_median: quantile(sorted(completed.map(({ ttft_ms: ms }) => ms)), 0.5),
  };
}

/** The smallest value that so large a share of all does not exceed (nearest rank). */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
