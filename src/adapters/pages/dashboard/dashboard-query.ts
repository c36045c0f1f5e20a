// The dashboard's query string as a filter of the log, and back: what is filtered stands in the URL.
import type { LogFilter } from "../../../ports/browse.ts";
import type { LoggedService, LogState } from "../../../domain/log/log-entry.ts";

/** In the order of the form; names as in `/api/logs`. */
export const filterFields = ["q", "model", "upstream", "status", "state", "service_type"] as const;
export type FilterField = (typeof filterFields)[number];

export const states: readonly LogState[] = [
  "inflight",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
];
export const services: readonly LoggedService[] = ["openai", "anthropic", "ollama"];

export interface DashboardQuery {
  /** As typed, blanks at either end aside; empty where not filtered. */
  readonly fields: Readonly<Record<FilterField, string>>;
  readonly filter: LogFilter;
  /** Fields whose value filters nothing, as it cannot be read. */
  readonly unread: readonly FilterField[];
  /** Whether any field is filled. */
  readonly filtered: boolean;
}

const rowsPerPage = 50;
/** Longer ones are not a search but an accident. */
const longest = 200;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function readQuery(params: URLSearchParams): DashboardQuery {
  const value = (field: FilterField): string => (params.get(field) ?? "").trim().slice(0, longest);
  const fields: Record<FilterField, string> = {
    q: value("q"),
    model: value("model"),
    upstream: value("upstream"),
    status: value("status"),
    state: value("state"),
    service_type: value("service_type"),
  };
  const status = statusRange(fields.status);
  const state = states.find((known) => known === fields.state);
  const service = services.find((known) => known === fields.service_type);
  const before = params.get("before");
  const filter: LogFilter = {
    limit: rowsPerPage,
    ...(before !== null && uuid.test(before) ? { before } : {}),
    ...(fields.q === "" ? {} : { q: fields.q }),
    ...(fields.model === "" ? {} : { model: fields.model }),
    ...(fields.upstream === "" ? {} : { upstream: fields.upstream }),
    ...(status === null ? {} : { status }),
    ...(state === undefined ? {} : { state }),
    ...(service === undefined ? {} : { service_type: service }),
  };
  const unread = filterFields.filter((field) => fields[field] !== "" && !(field in filter));
  return { fields, filter, unread, filtered: Object.values(fields).some((text) => text !== "") };
}

/** The dashboard's address with these fields, from a row on where one is given. */
export function dashboardHref(
  fields: Partial<Readonly<Record<FilterField, string>>>,
  before: string | null = null,
): string {
  return withQuery("/", fields, before);
}

/** Where what is filtered is given out as a file. */
export function exportHref(
  form: ExportForm,
  fields: Partial<Readonly<Record<FilterField, string>>>,
): string {
  return withQuery(`/export/requests.${form}`, fields, null);
}

export const exportForms = ["csv", "json"] as const;
export type ExportForm = (typeof exportForms)[number];

function withQuery(
  path: string,
  fields: Partial<Readonly<Record<FilterField, string>>>,
  before: string | null,
): string {
  const params = new URLSearchParams();
  for (const field of filterFields) {
    const text = fields[field] ?? "";
    if (text !== "") params.set(field, text);
  }
  if (before !== null) params.set("before", before);
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
