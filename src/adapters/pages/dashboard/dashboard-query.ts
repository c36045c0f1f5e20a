// The dashboard's query string as a filter of the log, and back: what is filtered stands in the URL.
import type { LogFilter, LogSort } from "../../../ports/browse.ts";
import type { CallFilter } from "../../../ports/periods.ts";
import type { LoggedService, LogState } from "../../../domain/log/log-entry.ts";
import { type PeriodChoice, type PeriodParam, readPeriod } from "./period-query.ts";

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

const periodParams = ["period", "since", "until", "by", "show"] as const;
const addressParams = [...filterFields, ...periodParams, "sort", "before"] as const;
export type AddressParam = (typeof addressParams)[number];
/** What an address says; absent or empty: nothing. */
export type Address = Readonly<Partial<Record<AddressParam, string>>>;

export const states: readonly LogState[] = [
  "inflight",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
];
export const services: readonly LoggedService[] = ["openai", "anthropic", "ollama"];
const sorts: readonly LogSort[] = ["time", "duration", "tokens", "cost"];

export interface DashboardQuery {
  /** As typed, blanks at either end aside; empty where not filtered. */
  readonly fields: Readonly<Record<FilterField, string>>;
  readonly period: PeriodChoice;
  readonly sort: LogSort;
  /** Of the list: with the page, and with times where some are chosen. */
  readonly filter: LogFilter;
  /** Of the figures, without times. */
  readonly calls: CallFilter;
  /** Fields whose value filters nothing, as it cannot be read. */
  readonly unread: readonly (FilterField | PeriodParam | "sort" | "before")[];
  /** Names in the address that mean nothing here. */
  readonly unknown: readonly string[];
  /** Whether any field is filled. */
  readonly filtered: boolean;
  /** All that can be read of the address, the page aside. */
  readonly address: Address;
}

const rowsPerPage = 50;
/** Longer ones are not a search but an accident. */
const longest = 200;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** `next` of a list that is not in the order of time holds more than an id. */
const place = /^[\w.:~-]{1,200}$/;

/**
 * @param now epoch ms
 * @param zone the reader's, an IANA name
 */
export function readQuery(params: URLSearchParams, now: number, zone: string): DashboardQuery {
  const value = (field: FilterField): string => (params.get(field) ?? "").trim().slice(0, longest);
  const fields = Object.fromEntries(filterFields.map((field) => [field, value(field)])) as Record<
    FilterField,
    string
  >;
  const { choice, unread: unreadTimes } = readPeriod(params, now, zone);
  const calls = callFilter(fields);
  const asked = (params.get("sort") ?? "").trim();
  const sort = sorts.find((known) => known === asked) ?? "time";
  const before = params.get("before") ?? "";
  const { since, until } = choice.range;
  const isPlace = (sort === "time" ? uuid : place).test(before);
  const filter: LogFilter = {
    limit: rowsPerPage,
    ...(isPlace ? { before } : {}),
    ...calls,
    ...(choice.isChosen ? { since, ...(until === null ? {} : { until }) } : {}),
    ...(sort === "time" ? {} : { sort }),
  };
  return {
    fields,
    period: choice,
    sort,
    filter,
    calls,
    unread: [
      ...filterFields.filter((field) => fields[field] !== "" && !(field in calls)),
      ...unreadTimes,
      ...(asked !== "" && sort !== asked ? (["sort"] as const) : []),
      ...(before !== "" && !isPlace ? (["before"] as const) : []),
    ],
    unknown: [...new Set(params.keys())].filter(
      (name) => !addressParams.some((known) => known === name),
    ),
    filtered: Object.values(fields).some((text) => text !== ""),
    address: {
      ...fields,
      ...Object.fromEntries(periodParams.map((name) => [name, params.get(name) ?? ""])),
      sort: sort === "time" ? "" : sort,
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

/** An address of the dashboard. What changes how it is read leads to the newest page. */
export function dashboardHref(address: Address, changes: Address = {}): string {
  return withQuery("/", { ...address, ...changes });
}

/** Where what is filtered is given out as a file. */
export function exportHref(form: ExportForm, address: Address): string {
  return withQuery(`/export/requests.${form}`, address);
}

export const exportForms = ["csv", "json"] as const;
export type ExportForm = (typeof exportForms)[number];

function withQuery(path: string, address: Address): string {
  const params = new URLSearchParams();
  for (const name of addressParams) {
    const text = address[name] ?? "";
    if (text !== "") params.set(name, text);
  }
  const query = params.toString();
  return query === "" ? path : `${path}?${query}`;
}

/** A code such as `404`, or a class such as `4xx`. */
function statusRange(text: string): { readonly from: number; readonly to: number } | null {
  const found = /^([1-5])(?:xx|(\d\d))$/i.exec(text);
  if (found === null) return null;
  if (found[2] !== undefined) return { from: Number(text), to: Number(text) };
  const from = Number(found[1]) * 100;
  return { from, to: from + 99 };
}
