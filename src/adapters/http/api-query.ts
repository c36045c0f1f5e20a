// The query of GET /api/logs, read into a filter; what is wrong with it is told in a sentence.
import type { LogFilter } from "../../ports/browse.ts";
import { logStates, serviceTypes } from "./schemas.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const defaultLimit = 50;
const largestLimit = 500;

/** Reads one value into the filter, or returns what is wrong. */
type ReadValue = (value: string, filter: Mutable<LogFilter>) => string | null;

/** The parameters, in the order of the documentation. */
const parameters: Readonly<Record<string, ReadValue>> = {
  limit(value, filter) {
    const limit = Number(value);
    if (!/^\d{1,9}$/.test(value) || limit < 1 || limit > largestLimit)
      return `limit must be a whole number from 1 to ${largestLimit}`;
    filter.limit = limit;
    return null;
  },
  before(value, filter) {
    if (!isRowId(value)) return "before must be the id of a row, as in next";
    filter.before = value.toLowerCase();
    return null;
  },
  since(value, filter) {
    // A + that was not percent-encoded arrives as a space.
    const time = isoTime(value.replace(" ", "+"));
    if (time === null)
      return "since must be an ISO 8601 time with its zone, such as 2026-01-31T08:00:00Z";
    filter.since = time;
    return null;
  },
  model(value, filter) {
    filter.model = value;
    return null;
  },
  service_type(value, filter) {
    const service = serviceTypes.find((known) => known === value);
    if (service === undefined) return `service_type must be one of ${serviceTypes.join(", ")}`;
    filter.service_type = service;
    return null;
  },
  status(value, filter) {
    if (!/^[1-5](?:\d\d|xx)$/i.test(value)) return "status must be a code such as 404, or 4xx";
    const isClass = value.toLowerCase().endsWith("xx");
    const from = isClass ? Number(value.slice(0, 1)) * 100 : Number(value);
    filter.status = { from, to: isClass ? from + 99 : from };
    return null;
  },
  upstream(value, filter) {
    filter.upstream = value;
    return null;
  },
  state(value, filter) {
    const state = logStates.find((known) => known === value);
    if (state === undefined) return `state must be one of ${logStates.join(", ")}`;
    filter.state = state;
    return null;
  },
  q(value, filter) {
    filter.q = value;
    return null;
  },
};

/** Whether a text has the form of a row's id. */
export function isRowId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/**
 * The filter a query asks for. Empty values count as absent, as forms send them; so do parameters
 * that are not known.
 * @returns the filter, or what is wrong with the query in words
 */
export function readLogQuery(query: URLSearchParams): LogFilter | { readonly error: string } {
  const filter: Mutable<LogFilter> = { limit: defaultLimit };
  const problems: string[] = [];
  for (const [name, read] of Object.entries(parameters)) {
    const value = query.get(name);
    const told = value === null || value === "" ? null : read(value, filter);
    if (told !== null) problems.push(told);
  }
  return problems.length === 0 ? filter : { error: problems.join("; ") };
}

function isoTime(value: string): number | null {
  const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/i;
  const time = form.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
