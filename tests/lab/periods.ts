// Questions for figures of a period, whatever can be asked, and how an answer is compared with what calls
// come to one by one: sums exactly, times within 2 %.
import { expect } from "bun:test";
import { barsOf } from "../../src/domain/log/period-range.ts";
import type { CallFilter, Dimension, Period, PeriodQuestion } from "../../src/ports/periods.ts";
import type { Random } from "./random.ts";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

type Sums = Pick<
  Period["figures"],
  | "requests"
  | "errors"
  | "prompt_tokens"
  | "completion_tokens"
  | "cached_tokens"
  | "unpriced"
  | "cost"
>;

function sumsOf({ cost, ...one }: Sums): readonly (number | null)[] {
  const { requests, errors, prompt_tokens, completion_tokens, cached_tokens, unpriced } = one;
  const nanos = cost === null ? null : Math.round(cost * 1e9);
  return [requests, errors, prompt_tokens, completion_tokens, cached_tokens, unpriced, nanos];
}

function expectNear(found: Period["figures"], exact: Period["figures"], what: string): void {
  for (const time of ["duration_ms_median", "duration_ms_p95", "ttft_ms_median"] as const) {
    const [value, right] = [found[time], exact[time]];
    const isNear =
      right === null
        ? value === null
        : value !== null && Math.abs(value - right) <= right * 0.02 + 0.5;
    if (!isNear) expect({ what, [time]: value }).toEqual({ what, [time]: right });
  }
}

/** @param exact from calls, as `periodOfCalls` makes it; what is beyond fifty groups must not be a matter of chance */
export function expectSamePeriod(found: Period, exact: Period): void {
  expect(sumsOf(found.figures)).toEqual(sumsOf(exact.figures));
  expectNear(found.figures, exact.figures, "all");
  const named = ({ groups }: Period) =>
    groups
      ?.map((group) => ({ name: group.name, sums: sumsOf(group) }))
      .toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
  expect(named(found)).toEqual(named(exact));
  for (const group of exact.groups ?? []) {
    const own = found.groups?.find(({ name }) => name === group.name);
    if (own !== undefined) expectNear(own, group, String(group.name));
  }
  const requests = found.groups?.filter(({ rest }) => !rest).map((group) => group.requests);
  expect(requests).toEqual(requests?.toSorted((a, b) => b - a));
  const bars = ({ bars: all }: Period) =>
    all?.map(({ start, groups, ...bar }) => [
      start,
      ...sumsOf(bar),
      groups?.map(({ name, ...own }) => [name, ...sumsOf(own)].join(" ")).toSorted(),
    ]);
  expect(bars(found)).toEqual(bars(exact));
}

/** What the calls have that filters ask for. */
export interface AskedNames {
  readonly models: readonly string[];
  readonly users: readonly string[];
  readonly clients: readonly string[];
  readonly upstreams: readonly string[];
}

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/St_Johns"];

/** Any filter that tallies know, but for its times. */
export function randomFilter(random: Random, names: AskedNames): CallFilter {
  const maybe = <T extends object>(own: () => T) => (random.chance(0.2) ? own() : {});
  return {
    ...maybe(() => ({ model: random.pick(names.models) })),
    ...maybe(() => ({ user: random.pick(names.users) })),
    ...maybe(() => ({ client: random.pick(names.clients) })),
    ...maybe(() => ({ upstream: random.pick(names.upstreams) })),
    ...maybe(() => ({ service_type: random.pick(["openai", "anthropic", "ollama"] as const) })),
    ...maybe(() => ({
      state: random.pick(["completed", "failed", "cancelled", "interrupted", "inflight"] as const),
    })),
    ...maybe(() => ({
      status: random.pick([
        { from: 200, to: 200 },
        { from: 400, to: 499 },
        { from: 400, to: 599 },
      ]),
    })),
  };
}

/**
 * A period within those times or about them, from and to odd ms as often as round times.
 * @param from epoch ms
 * @param to epoch ms: now
 */
export function randomQuestion(
  random: Random,
  from: number,
  to: number,
  names: AskedNames,
): PeriodQuestion {
  const unit = random.pick([1, minuteMs, hourMs]);
  const length = random.pick([minuteMs, hourMs, dayMs, to - from, to - from]);
  const start = Math.max(from - hourMs, random.int(from - hourMs, to));
  const since = Math.floor(start / unit) * unit;
  const until = Math.ceil((since + random.int(0, length)) / unit) * unit;
  const filter: CallFilter = {
    ...randomFilter(random, names),
    ...(random.chance(0.9) ? { since } : {}),
    ...(random.chance(0.6) ? { until } : {}),
  };
  const range = { since: filter.since ?? from, until: filter.until ?? null };
  const dimensions: readonly Dimension[] = ["model", "upstream", "user", "client"];
  return {
    filter,
    ...(random.chance(0.8) ? { by: random.pick(dimensions) } : {}),
    ...(random.chance(0.8) ? { bars: barsOf(range, to, random.pick(zones)) } : {}),
  };
}
