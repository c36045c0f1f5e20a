// The part of an address that says of when calls are looked at, and by what they are broken down.
import type { Dimension } from "../../../ports/periods.ts";
import { lastRange, offsetAt, type PeriodRange, toUtc } from "../../../domain/log/period-range.ts";

const hourMs = 3_600_000;

/** In the order shown. */
export const periods = {
  "1h": { words: "1 h", says: "the last hour", span: hourMs },
  "24h": { words: "24 h", says: "the last 24 h", span: 24 * hourMs },
  "7d": { words: "7 d", says: "the last 7 days", span: 168 * hourMs },
  "30d": { words: "30 d", says: "the last 30 days", span: 720 * hourMs },
} as const;
export type PeriodName = keyof typeof periods;
const usualPeriod: PeriodName = "24h";

export const dimensions: Readonly<Record<Dimension, string>> = {
  model: "Model",
  upstream: "Upstream",
  user: "User",
  client: "Client",
};

export interface PeriodChoice {
  /** `custom`: the range stands in the address. */
  readonly name: PeriodName | "custom";
  /** Of the figures. */
  readonly range: PeriodRange;
  /** Whether the address says so: the list then holds nothing of other times. */
  readonly isChosen: boolean;
  /** In words, such as `the last 24 h`. */
  readonly says: string;
  readonly by: Dimension;
}

export const periodParams = ["period", "since", "until", "by"] as const;
export type PeriodParam = (typeof periodParams)[number];

/**
 * @param now epoch ms
 * @param zone of times that say none
 * @returns the choice, and the parameters that could not be read
 */
export function readPeriod(
  params: URLSearchParams,
  now: number,
  zone: string,
): { readonly choice: PeriodChoice; readonly unread: readonly PeriodParam[] } {
  const given = (name: PeriodParam): string => (params.get(name) ?? "").trim();
  const unread: PeriodParam[] = [];
  const oneOf = <K extends string>(
    name: PeriodParam,
    known: Readonly<Record<K, unknown>>,
    usual: NoInfer<K>,
  ): K => {
    const found = (Object.keys(known) as K[]).find((key) => key === given(name));
    if (found === undefined && given(name) !== "") unread.push(name);
    return found ?? usual;
  };
  const timeOf = (name: "since" | "until"): number | null => {
    const time = readTime(given(name), zone);
    if (time === null && given(name) !== "") unread.push(name);
    return time;
  };
  const by = oneOf("by", dimensions, "model");
  const period = oneOf("period", periods, usualPeriod);
  const [since, until] = [timeOf("since"), timeOf("until")];
  if (since !== null && until !== null && until <= since) unread.push("until");
  else if (since !== null || until !== null) {
    const { span } = periods[usualPeriod];
    const from = since ?? Math.min(until ?? now, now) - span;
    const choice = { range: { since: from, until }, by, isChosen: true } as const;
    return { choice: { name: "custom", says: "the time chosen", ...choice }, unread };
  }
  const { span, says } = periods[period];
  const isChosen = given("period") === period;
  return {
    choice: { name: period, range: lastRange(span, now), isChosen, says, by },
    unread,
  };
}

const timeForm =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z|[+ -]\d\d:?\d\d)?$/i;

/** ISO 8601; without a zone of its own, in the reader's. */
function readTime(text: string, zone: string): number | null {
  const found = timeForm.exec(text);
  if (found === null) return null;
  const [, day = "", clock = "00:00", own] = found;
  // A + that was not percent-encoded arrives as a space.
  const time = Date.parse(`${day}T${clock}${(own ?? "Z").replace(" ", "+")}`);
  if (Number.isNaN(time)) return null;
  return own === undefined ? toUtc(time, zone) : time;
}

/** For a field of kind `datetime-local`: `2026-03-12T14:05`. */
export function localField(time: number, zone: string): string {
  return new Date(time + offsetAt(time, zone)).toISOString().slice(0, 16);
}

/** As short as an address can have it. */
export function timeParam(time: number): string {
  return new Date(time)
    .toISOString()
    .replace(/:00\.000Z$/, "Z")
    .replace(/\.000Z$/, "Z");
}
