// The part of an address that says which calls a page is about: filters as in `/api/logs`, and a period.
import type { CallFilter } from "../../../ports/periods.ts";
import type { LoggedService, LogState } from "../../../domain/log/log-entry.ts";
import { type PeriodChoice, type PeriodParam, periodParams, readPeriod } from "./period-query.ts";

/** In the order of the form; names as in `/api/logs`. */
export const filterFields = [
  "q",
  "model",
  "upstream",
  "user",
  "client",
  "status",
  "state",
  "service_type",
  "thread",
] as const;
export type FilterField = (typeof filterFields)[number];

/** In the order of addresses. */
export const callParams = [...filterFields, ...periodParams] as const;
type CallParam = (typeof callParams)[number];
/** What an address says of calls; absent or empty: nothing. */
export type CallAddress = Readonly<Partial<Record<CallParam, string>>>;

/** An address of the page that one is on, with changes to the calls that it is about. */
export type CallHref = (changes: CallAddress) => string;

export const states: readonly LogState[] = [
  "inflight",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
];
export const services: readonly LoggedService[] = ["openai", "anthropic", "ollama"];

export interface CallQuery {
  /** As typed, blanks at either end aside; empty where not filtered. */
  readonly fields: Readonly<Record<FilterField, string>>;
  readonly period: PeriodChoice;
  /** What is filtered, without times. */
  readonly calls: CallFilter;
  /** Parameters whose value cannot be read, and filters nothing. */
  readonly unread: readonly string[];
  /** Names in the address that mean nothing on this page. */
  readonly unknown: readonly string[];
  /** Whether any field is filled. */
  readonly filtered: boolean;
}

/** Longer ones are not a search but an accident. */
const longest = 200;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @param own names of what the page takes beside these
 * @param now epoch ms
 * @param zone the reader's, an IANA name
 */
export function readCalls(
  params: URLSearchParams,
  own: readonly string[],
  now: number,
  zone: string,
): CallQuery & { readonly address: CallAddress } {
  const value = (field: FilterField): string => (params.get(field) ?? "").trim().slice(0, longest);
  const fields = Object.fromEntries(filterFields.map((field) => [field, value(field)])) as Record<
    FilterField,
    string
  >;
  const { choice, unread } = readPeriod(params, now, zone);
  const calls = callFilter(fields);
  const known: readonly string[] = [...callParams, ...own];
  return {
    fields,
    period: choice,
    calls,
    unread: [
      ...filterFields.filter((field) => fields[field] !== "" && !(field in calls)),
      ...unread,
    ],
    unknown: [...new Set(params.keys())].filter((name) => !known.includes(name)),
    filtered: Object.values(fields).some((text) => text !== ""),
    address: {
      ...fields,
      ...Object.fromEntries(
        periodParams.map((name: PeriodParam) => [name, params.get(name) ?? ""]),
      ),
    },
  };
}

function callFilter(fields: Readonly<Record<FilterField, string>>): CallFilter {
  const status = statusRange(fields.status);
  const state = states.find((known) => known === fields.state);
  const service = services.find((known) => known === fields.service_type);
  const text = (field: "q" | "model" | "upstream" | "user" | "client") =>
    fields[field] === "" ? {} : { [field]: fields[field] };
  return {
    ...text("q"),
    ...text("model"),
    ...text("upstream"),
    ...text("user"),
    ...text("client"),
    ...(uuid.test(fields.thread) ? { thread: fields.thread.toLowerCase() } : {}),
    ...(status === null ? {} : { status }),
    ...(state === undefined ? {} : { state }),
    ...(service === undefined ? {} : { service_type: service }),
  };
}

/** A code such as `404`, or a class such as `4xx`. */
function statusRange(text: string): { readonly from: number; readonly to: number } | null {
  const found = /^([1-5])(?:xx|(\d\d))$/i.exec(text);
  if (found === null) return null;
  if (found[2] !== undefined) return { from: Number(text), to: Number(text) };
  const from = Number(found[1]) * 100;
  return { from, to: from + 99 };
}

/**
 * An address with a query: its parameters in their order, those that say nothing left out.
 * @param order names of all parameters that the path takes
 */
export function withQuery<Param extends string>(
  path: string,
  order: readonly Param[],
  address: Readonly<Partial<Record<Param, string>>>,
): string {
  const params = new URLSearchParams();
  for (const name of order) {
    const text = address[name] ?? "";
    if (text !== "") params.set(name, text);
  }
  const query = params.toString();
  return query === "" ? path : `${path}?${query}`;
}
