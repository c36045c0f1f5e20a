// The address of `/threads` as a filter of threads, and back.
import { readPlace } from "../../../domain/log/thread-place.ts";
import type { ThreadFilter } from "../../../ports/threads.ts";
import { withQuery } from "../shared/call-query.ts";
import { readPeriod } from "../shared/period-query.ts";

/** In the order of the form; names as in `/api/threads`. */
export const threadFields = ["q", "model", "user", "client"] as const;
export type ThreadField = (typeof threadFields)[number];

const timeParams = ["period", "since", "until"] as const;
const addressParams = [...threadFields, ...timeParams, "before"] as const;
type AddressParam = (typeof addressParams)[number];
type Address = Readonly<Partial<Record<AddressParam, string>>>;

export interface ThreadsQuery {
  /** As typed, blanks at either end aside; empty where not filtered. */
  readonly fields: Readonly<Record<ThreadField, string>>;
  readonly filter: ThreadFilter;
  /** Whether anything is filtered. */
  readonly filtered: boolean;
  /** Parameters whose value cannot be read, and filters nothing. */
  readonly unread: readonly string[];
  /** Names in the address that mean nothing here. */
  readonly unknown: readonly string[];
  /** All that can be read of the address, the page aside. */
  readonly address: Address;
}

const rowsPerPage = 50;
/** Longer ones are not a search but an accident. */
const longest = 200;

/**
 * @param now epoch ms
 * @param zone the reader's, an IANA name
 */
export function readThreads(params: URLSearchParams, now: number, zone: string): ThreadsQuery {
  const given = (name: AddressParam): string => (params.get(name) ?? "").trim().slice(0, longest);
  const fields = Object.fromEntries(threadFields.map((name) => [name, given(name)])) as Record<
    ThreadField,
    string
  >;
  const { choice, unread } = readPeriod(params, now, zone);
  const before = readPlace(given("before"));
  const { since, until } = choice.range;
  const sought = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ""));
  return {
    fields,
    filter: {
      limit: rowsPerPage,
      ...(before === null ? {} : { before }),
      ...sought,
      ...(choice.isChosen ? { since, ...(until === null ? {} : { until }) } : {}),
    },
    filtered: choice.isChosen || Object.keys(sought).length > 0,
    unread: [...unread, ...(given("before") !== "" && before === null ? ["before"] : [])],
    unknown: [...new Set(params.keys())].filter(
      (name) => !addressParams.some((known) => known === name),
    ),
    address: { ...fields, ...Object.fromEntries(timeParams.map((name) => [name, given(name)])) },
  };
}

/** An address of the list. What changes how it is read leads to the newest page. */
export function threadsHref(address: Address, changes: Address = {}): string {
  return withQuery("/threads", addressParams, { ...address, ...changes });
}
