// Which index leads to the rows of a filter: the one with the fewest, so that all else is checked on them.
import type { Database } from "bun:sqlite";
import type { LogFilter } from "../../../ports/browse.ts";
import { clientPasses } from "../../../domain/log/client-program.ts";
import { namesWith } from "../../../domain/log/name-part.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import {
  type Crossing,
  crossingOf,
  heldOn,
  maxCounted,
  noCrossing,
  type Way,
} from "./crossed-keys.ts";
import { type NameColumn, namesIn } from "./known-names.ts";
import {
  type Condition,
  filterConditions,
  type IndexTerm,
  keysInRange,
  ofIndex,
  type Range,
  type Statement,
  whole,
} from "./list-statement.ts";

/** Rows, by way of one condition's indexes or of none. */
export interface Lead {
  /** Their rows together are those of the condition; null: the way leads through all rows. */
  readonly terms: readonly IndexTerm[] | null;
  /** What has to be checked on each. */
  readonly checks: readonly Statement[];
  /** How many rows it leads to, `maxCounted` for more; null: they were not counted. */
  readonly rows: number | null;
  readonly crossing: Crossing;
}

/** Keys in such a set. */
const maxInSet = 5_000;
/** How a call ended is said by its state and its status: what few have of one, few have of the other. */
const saysHowItEnded = /^(?:state|status_code)\b/;

/** Rows on which a second index is worth asking before they are read: what it holds is made into a set. */
const minNarrowed = 1_000;

/** Indexes that are looked into one after the other, rather than that all rows are gone through. */
const fewTerms = 20;

/** The conditions of a filter on columns. */
export function conditionsOf(db: Database, filter: Omit<LogFilter, "limit">): readonly Condition[] {
  const { model = "", client = "" } = filter;
  const tests = {
    original_model: namesWith(model),
    mapped_model: namesWith(model),
    client: clientPasses(client),
  } satisfies Record<NameColumn, (name: string) => boolean>;
  return filterConditions(filter, (column) => namesIn(db, column, tests[column]));
}

/** @param isCounted whether the rows are to be counted even where there is one way only */
export function leadOf(
  db: Database,
  conditions: readonly Condition[],
  filter: Range,
  isCounted = false,
): Lead {
  const ways = conditions.flatMap((condition) =>
    condition.terms === null ? [] : [{ condition, terms: condition.terms }],
  );
  const [only] = ways;
  const checksBeside = (chosen: Condition | null) =>
    conditions.filter((condition) => condition !== chosen).map(({ check }) => check);
  if (only === undefined)
    return { terms: null, checks: checksBeside(null), rows: null, crossing: noCrossing };
  const mayContradict =
    conditions.some(({ outside }) => outside !== undefined) &&
    only.terms.some(({ column }) => saysHowItEnded.test(column));
  if (ways.length === 1 && !isCounted && !mayContradict && only.terms.length <= fewTerms)
    return {
      terms: only.terms,
      checks: checksBeside(only.condition),
      rows: null,
      crossing: noCrossing,
    };
  const counted = ways.map((way) => ({ ...way, rows: rowsOf(db, way.terms, filter) }));
  const { condition, terms, rows } = counted.reduce((best, way) =>
    isBetter(way, best) ? way : best,
  );
  const without = conditions
    .flatMap(({ outside }) => outside ?? [])
    .filter(() => terms.some(({ column }) => saysHowItEnded.test(column)))
    .map(notIn);
  const crossing = rows < minNarrowed ? noCrossing : crossingOf(counted, without);
  if (rows >= maxCounted && terms.length > fewTerms)
    return { terms: null, checks: checksBeside(null), rows, crossing };
  if (rows < minNarrowed) return { terms, checks: checksBeside(condition), rows, crossing };
  // Keys are looked up in sets before a row is read, which takes ten times as long.
  const sets = counted.filter((way) => way.condition !== condition && way.rows < maxInSet);
  const narrowed = [...sets.map((way) => keysIn(way.terms, filter)), ...without];
  return { terms, checks: [...narrowed, ...checksBeside(condition)], rows, crossing };
}

/** Of two with as many rows, as far as these are counted, the one with fewer indexes. */
function isBetter(one: Way, other: Way): boolean {
  return one.rows === other.rows ? one.terms.length < other.terms.length : one.rows < other.rows;
}

/**
 * What the filter's indexes say of keys that were found elsewhere.
 * @param key of a row, with its table; it is also known as `seq`
 */
export function checksOfKeys(
  { terms, rows, crossing }: Lead,
  filter: Range,
  key: string,
): readonly Statement[] {
  const { ways, without } = crossing;
  const isSet = terms !== null && rows !== null && rows < maxCounted;
  return [
    ...(isSet ? [keysIn(terms, filter)] : []),
    ...without,
    ...ways.filter((way) => way.terms !== terms || !isSet).map((way) => heldOn(way, key)),
  ];
}

/** Rows whose keys are among those of indexes. */
export function keysIn(terms: readonly IndexTerm[], filter: Range): Statement {
  const keys = keysInRange(filter);
  const sets = terms.map((term) => whole([ofIndex(term), ...keys]));
  return {
    text: `+seq in (${sets.map(({ text }) => `select seq from requests where ${text}`).join(" union all ")})`,
    parameters: sets.flatMap(({ parameters }) => parameters),
  };
}

/** Rows that an index does not hold. The whole of it is read: a bound on keys would lead to the rows themselves. */
function notIn(indexed: string): Statement {
  return { text: `+seq not in (select seq from requests where ${indexed})`, parameters: [] };
}

/** How many rows the indexes lead to, as numbers of their keys alone. @param most that are counted */
export function rowsOf(
  db: Database,
  terms: readonly IndexTerm[],
  filter: Range,
  most = maxCounted,
): number {
  const keys = keysInRange(filter);
  let rows = 0;
  for (const term of terms) {
    const where = whole([ofIndex(term), ...keys]);
    const [counted] = runSql<{ rows: number }>(
      db,
      `select count(*) as rows from (select 1 from requests where ${where.text} limit ?)`,
      [...where.parameters, most - rows],
    );
    rows += counted?.rows ?? 0;
    if (rows >= most) break;
  }
  return rows;
}
