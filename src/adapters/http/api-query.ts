// The queries of GET /api/logs, /api/threads, /api/periods and /api/performance, read into filters; what is wrong is reported in a sentence.
import { readPlace } from "../../domain/log/thread-place.ts";
import type { LogFilter, LogSort, PointsFilter } from "../../ports/browse.ts";
import type { ThreadFilter } from "../../ports/threads.ts";
import type { CallFilter, Dimension, PeriodQuestion } from "../../ports/periods.ts";
import { logStates, serviceTypes } from "./row-schema.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const defaultLimit = 50;
const largestLimit = 500;

const defaultHours = 24;
const defaultPoints = 1_000;
const maxPoints = 10_000;
const hourMs = 3_600_000;

/** Reads one value into the filter, or returns what is wrong. */
type ReadValue<Filter> = (value: string, filter: Mutable<Filter>) => string | null;
type Parameters<Filter> = Readonly<Record<string, ReadValue<Filter>>>;

type SharedFilter = Pick<
  LogFilter,
  "since" | "until" | "model" | "upstream" | "user" | "client" | "service_type" | "q"
>;

/** What several lists know. */
const shared: Readonly<Record<keyof SharedFilter, ReadValue<SharedFilter>>> = {
  since(value, filter) {
    const time = parseIsoTime(value);
    if (time === null) return notATime("since");
    filter.since = time;
    return null;
  },
  until(value, filter) {
    const time = parseIsoTime(value);
    if (time === null) return notATime("until");
    filter.until = time;
    return null;
  },
  model(value, filter) {
    filter.model = value;
    return null;
  },
  upstream(value, filter) {
    filter.upstream = value;
    return null;
  },
  user(value, filter) {
    filter.user = value;
    return null;
  },
  client(value, filter) {
    filter.client = value;
    return null;
  },
  service_type(value, filter) {
    const service = serviceTypes.find((known) => known === value);
    if (service === undefined) return `service_type must be one of ${serviceTypes.join(", ")}`;
    filter.service_type = service;
    return null;
  },
  q(value, filter) {
    filter.q = value;
    return null;
  },
};

const { since, q, ...common } = shared;

const limitUpTo =
  (largest: number): ReadValue<{ readonly limit: number }> =>
  (value, filter) => {
    const limit = Number(value);
    if (!/^\d{1,9}$/.test(value) || limit < 1 || limit > largest)
      return `limit must be a whole number from 1 to ${largest}`;
    filter.limit = limit;
    return null;
  };

/** What calls are asked for, in the order of the documentation. */
const callParameters: Parameters<CallFilter> = {
  since,
  ...common,
  status(value, filter) {
    if (!/^[1-5](?:\d\d|xx)$/i.test(value)) return "status must be a code such as 404, or 4xx";
    const isClass = value.toLowerCase().endsWith("xx");
    const from = isClass ? Number(value.slice(0, 1)) * 100 : Number(value);
    filter.status = { from, to: isClass ? from + 99 : from };
    return null;
  },
  state(value, filter) {
    const state = logStates.find((known) => known === value);
    if (state === undefined) return `state must be one of ${logStates.join(", ")}`;
    filter.state = state;
    return null;
  },
  thread(value, filter) {
    if (!isRowId(value)) return "thread must be the id of a thread, as in thread_id";
    filter.thread = value.toLowerCase();
    return null;
  },
  resent_from(value, filter) {
    if (!isRowId(value)) return "resent_from must be the id of a row";
    filter.resent_from = value.toLowerCase();
    return null;
  },
  q,
};

/** Of /api/logs, in the order of the documentation. */
const logParameters: Parameters<LogFilter> = {
  limit: limitUpTo(largestLimit),
  before(value, filter) {
    if (!isRowId(value)) return "before must be the id of a row, as in next";
    filter.before = value.toLowerCase();
    return null;
  },
  ...callParameters,
  sort(value, filter) {
    const sort = logSorts.find((known) => known === value);
    if (sort === undefined) return `sort must be one of ${logSorts.join(", ")}`;
    filter.sort = sort;
    return null;
  },
};

/** Orders of a list. */
export const logSorts: readonly LogSort[] = ["time", "duration", "tokens", "cost"];

const notATime = (name: string) =>
  `${name} must be an ISO 8601 time with its zone, such as 2026-01-31T08:00:00Z`;

/** Whether a text has the form of a row's id. */
export function isRowId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Of /api/performance; hours are counted back from now. */
const pointParameters: Parameters<PointsFilter & { readonly hours: number }> = {
  hours(value, filter) {
    const hours = Number(value);
    if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(value) || hours <= 0)
      return "hours must be a number above 0";
    filter.hours = hours;
    return null;
  },
  limit: limitUpTo(maxPoints),
  ...common,
};

interface PeriodQuery extends CallFilter {
  readonly by?: Dimension;
  /** Seconds. */
  readonly step?: number;
}

/** Of /api/periods. */
const periodParameters: Parameters<PeriodQuery> = {
  ...callParameters,
  by(value, question) {
    const by = dimensions.find((known) => known === value);
    if (by === undefined) return `by must be one of ${dimensions.join(", ")}`;
    question.by = by;
    return null;
  },
  step(value, question) {
    const step = Number(value);
    if (!/^\d{1,9}$/.test(value) || step < minuteSeconds || step % minuteSeconds !== 0)
      return "step must be whole minutes in seconds, such as 3600";
    question.step = step;
    return null;
  },
};

/** By what periods are broken down. */
export const dimensions: readonly Dimension[] = ["model", "upstream", "user", "client"];

const minuteSeconds = 60;
const mostBars = 1_000;
/** Bars that begin longer ago are whole hours. */
const minutesForMs = 48 * hourMs;

/** What a query of /api/periods asks for; without `since` of the last 24 hours. @param now epoch ms */
export function readPeriodQuery(query: URLSearchParams, now: number): QueryReading<PeriodQuestion> {
  const read = readInto<PeriodQuery>({}, periodParameters, query);
  if ("error" in read) return read;
  const { by, step, ...filter } = read;
  const { since = now - defaultHours * hourMs, until = now } = filter;
  const question = { filter: { ...filter, since }, ...(by === undefined ? {} : { by }) };
  if (step === undefined) return question;
  const stepMs = step * 1_000;
  if (since < now - minutesForMs && stepMs % hourMs !== 0)
    return { error: "step must be whole hours (3600) where the period begins over 48 hours ago" };
  const first = Math.floor(since / stepMs) * stepMs;
  const count = Math.ceil((until - first) / stepMs);
  if (count > mostBars)
    return { error: `step is too short: the period would have more than ${mostBars} bars` };
  const bars = Array.from({ length: Math.max(0, count) }, (_, bar) => first + bar * stepMs);
  return { ...question, bars };
}

/** Of /api/threads, in the order of the documentation. */
const threadParameters: Parameters<ThreadFilter> = {
  limit: limitUpTo(largestLimit),
  before(value, filter) {
    const place = readPlace(value);
    if (place === null) return "before must be as in next";
    filter.before = place;
    return null;
  },
  since,
  until: common.until,
  model: common.model,
  user: common.user,
  client: common.client,
  q,
};

/** What a query asks for, or what is wrong with it in words. */
export type QueryReading<Filter> = Filter | { readonly error: string };

/**
 * The filter a query asks for. Empty values count as absent, as forms send them; a parameter that is
 * not known is a mistake: what it was to filter would be there unfiltered.
 */
export function readLogQuery(query: URLSearchParams): QueryReading<LogFilter> {
  return readInto({ limit: defaultLimit }, logParameters, query);
}

/** Likewise. */
export function readThreadQuery(query: URLSearchParams): QueryReading<ThreadFilter> {
  return readInto({ limit: defaultLimit }, threadParameters, query);
}

/** Likewise. @param now epoch ms */
export function readPointsQuery(query: URLSearchParams, now: number): QueryReading<PointsFilter> {
  const empty = { since: now, limit: defaultPoints, hours: defaultHours };
  const read = readInto(empty, pointParameters, query);
  if ("error" in read) return read;
  const { hours, ...filter } = read;
  return { ...filter, since: Math.floor(now - hours * hourMs) };
}

/** Of what cannot be filtered. */
export function readNoQuery(query: URLSearchParams): QueryReading<object> {
  return readInto({}, {}, query);
}

function readInto<Filter extends object>(
  filter: Filter,
  parameters: Parameters<Filter>,
  query: URLSearchParams,
): QueryReading<Filter> {
  const known = Object.keys(parameters);
  const problems = [...new Set(query.keys())]
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `${JSON.stringify(name.slice(0, 100))} is not a parameter of this ${known.length === 0 ? "path, which has none" : `list, which has ${known.join(", ")}`}`,
    );
  for (const [name, read] of Object.entries(parameters)) {
    const value = query.get(name);
    const wrong = value === null || value === "" ? null : read(value, filter);
    if (wrong !== null) problems.push(wrong);
  }
  return problems.length === 0 ? filter : { error: problems.join("; ") };
}

/** @param value where a + that was not percent-encoded has become a space */
function parseIsoTime(value: string): number | null {
  const text = value.replace(" ", "+");
  const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/i;
  const time = form.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** The parameters of what can be asked with a query, which must all be documented. */
export const queryNames = {
  "/api/logs": Object.keys(logParameters),
  "/api/threads": Object.keys(threadParameters),
  "/api/periods": Object.keys(periodParameters),
  "/api/performance": Object.keys(pointParameters),
} as const;
