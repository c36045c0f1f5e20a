// The dashboard's query string as a filter of the log, and back: what is filtered stands in the URL.
import type { LogFilter, LogSort } from "../../../ports/browse.ts";
import { type CallQuery, callParams, readCalls, withQuery } from "../shared/call-query.ts";

export const measures = {
  calls: "Calls",
  tokens: "Tokens",
  cost: "Cost",
  errors: "Errors",
} as const;
export type Measure = keyof typeof measures;

const ownParams = ["show", "sort", "before"] as const;
const addressParams = [...callParams, ...ownParams] as const;
type AddressParam = (typeof addressParams)[number];
/** What an address says; absent or empty: nothing. */
export type Address = Readonly<Partial<Record<AddressParam, string>>>;

const sorts: readonly LogSort[] = ["time", "duration", "tokens", "cost"];

export interface DashboardQuery extends CallQuery {
  /** What bars show. */
  readonly show: Measure;
  readonly sort: LogSort;
  /** Of the list: with the page, and with times where some are chosen. */
  readonly filter: LogFilter;
  /** All that can be read of the address, the page aside. */
  readonly address: Address;
}

const rowsPerPage = 50;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** `next` of a list that is not in the order of time holds more than an id. */
const place = /^[\w.:~-]{1,200}$/;

/**
 * @param now epoch ms
 * @param zone the reader's, an IANA name
 */
export function readQuery(params: URLSearchParams, now: number, zone: string): DashboardQuery {
  const given = (name: (typeof ownParams)[number]): string => (params.get(name) ?? "").trim();
  const query = readCalls(params, ownParams, now, zone);
  const { calls, period } = query;
  const show = (Object.keys(measures) as Measure[]).find((known) => known === given("show"));
  const sort = sorts.find((known) => known === given("sort"));
  const before = params.get("before") ?? "";
  const { since, until } = period.range;
  const isPlace = ((sort ?? "time") === "time" ? uuid : place).test(before);
  const filter: LogFilter = {
    limit: rowsPerPage,
    ...(isPlace ? { before } : {}),
    ...calls,
    ...(period.isChosen ? { since, ...(until === null ? {} : { until }) } : {}),
    ...(sort === undefined || sort === "time" ? {} : { sort }),
  };
  return {
    ...query,
    show: show ?? "calls",
    sort: sort ?? "time",
    filter,
    unread: [
      ...query.unread,
      ...(given("show") !== "" && show === undefined ? ["show"] : []),
      ...(given("sort") !== "" && sort === undefined ? ["sort"] : []),
      ...(before !== "" && !isPlace ? ["before"] : []),
    ],
    address: {
      ...query.address,
      show: params.get("show") ?? "",
      sort: sort === undefined || sort === "time" ? "" : sort,
    },
  };
}

/** An address of the dashboard. What changes how it is read leads to the newest page. */
export function dashboardHref(address: Address, changes: Address = {}): string {
  return withQuery("/", addressParams, { ...address, ...changes });
}

/** Where what is filtered is given out as a file. */
export function exportHref(form: ExportForm, address: Address): string {
  return withQuery(`/export/requests.${form}`, addressParams, address);
}

export const exportForms = ["csv", "json"] as const;
export type ExportForm = (typeof exportForms)[number];
