// The performance page's query string: of which calls, and what is drawn against what.
import type { PointsFilter } from "../../../ports/browse.ts";
import type { PeriodQuestion } from "../../../ports/periods.ts";
import { type Address, dashboardHref } from "../dashboard/dashboard-query.ts";
import { type CallQuery, callParams, readCalls, withQuery } from "../shared/call-query.ts";

export const yAxes = { duration_ms: "Duration", ttft_ms: "First token" } as const;
export const xAxes = {
  prompt_tokens: "Prompt tokens",
  completion_tokens: "Completion tokens",
  total_tokens: "All tokens",
} as const;
export const scales = { log: "Logarithmic", linear: "Linear" } as const;

const drawnParams = ["y", "x", "scale"] as const;
const addressParams = [...callParams, ...drawnParams] as const;
export type PerformanceAddress = Readonly<Partial<Record<(typeof addressParams)[number], string>>>;

export interface PerformanceQuery extends CallQuery {
  readonly y: keyof typeof yAxes;
  readonly x: keyof typeof xAxes;
  readonly scale: keyof typeof scales;
  /** All that can be read of the address. */
  readonly address: PerformanceAddress;
}

/** More of them make no chart any clearer. */
export const maxPoints = 10_000;

/**
 * What cannot be read counts as not given, and is named.
 * @param now epoch ms
 * @param zone the reader's, an IANA name
 */
export function readPerformance(
  params: URLSearchParams,
  now: number,
  zone: string,
): PerformanceQuery {
  const calls = readCalls(params, drawnParams, now, zone);
  const unread: string[] = [];
  const drawn: Record<string, string> = {};
  const oneOf = <K extends string>(
    name: (typeof drawnParams)[number],
    known: Readonly<Record<K, string>>,
    usual: NoInfer<K>,
  ): K => {
    const given = (params.get(name) ?? "").trim();
    const found = (Object.keys(known) as K[]).find((key) => key === given);
    if (found === undefined && given !== "") unread.push(name);
    if (found !== undefined && found !== usual) drawn[name] = found;
    return found ?? usual;
  };
  const [y, x] = [oneOf("y", yAxes, "duration_ms"), oneOf("x", xAxes, "completion_tokens")];
  const scale = oneOf("scale", scales, "log");
  return {
    ...calls,
    y,
    x,
    scale,
    unread: [...calls.unread, ...unread],
    address: { ...calls.address, ...drawn },
  };
}

/** An address of the page, or of its points, with changes; what is usual is left out. */
export function performanceHref(
  address: PerformanceAddress,
  changes: PerformanceAddress = {},
  path = "/performance",
): string {
  return withQuery(path, addressParams, { ...address, ...changes });
}

/** The list of the same calls: without a period it would be of all times. */
export function listHref({ address, period }: PerformanceQuery, changes: Address = {}): string {
  const times = period.isChosen ? {} : { period: period.name };
  return dashboardHref(address, { ...times, ...changes });
}

export function pointsFilter({ calls, period }: CallQuery): PointsFilter {
  const { resent_from: _, ...filter } = calls;
  const { since, until } = period.range;
  return { ...filter, since, ...(until === null ? {} : { until }), limit: maxPoints };
}

/** Figures of the same calls, and of those in flight. */
export function periodQuestion({ calls, period }: CallQuery): PeriodQuestion {
  const { since, until } = period.range;
  return {
    filter: { ...calls, since, ...(until === null ? {} : { until }) },
    by: period.by,
  };
}
