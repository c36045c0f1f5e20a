// Keys of rows that several indexes hold, found before any row is read: to read one takes as long as ten
// looks into an index.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import {
  type Condition,
  type IndexTerm,
  ofIndex,
  type Statement,
  whole,
} from "./list-statement.ts";

/** Enough to distinguish a filter that lets few rows through from one that lets many. */
export const maxCounted = 20_000;

/** One condition's indexes, which lead to all of its rows. */
export interface Way {
  readonly condition: Condition;
  readonly terms: readonly IndexTerm[];
  /** How many rows they lead to, `maxCounted` for more. */
  readonly rows: number;
}

/** What indexes say of rows by their keys alone. */
export interface Crossing {
  /** Ways that a key can be looked up on, the one with the fewest rows first. */
  readonly ways: readonly Way[];
  /** What else is checked on keys, in sets. */
  readonly without: readonly Statement[];
  /** Whether that is worth asking before the rows of the first are read. */
  readonly isWorth: boolean;
}

export const noCrossing: Crossing = { ways: [], without: [], isWorth: false };

/** Indexes of one condition that are looked into for a key. */
const maxLooks = 8;

export function crossingOf(ways: readonly Way[], without: readonly Statement[]): Crossing {
  // A range's keys lie in no order.
  const crossed = ways
    .filter(({ terms }) => terms.length <= maxLooks && terms.every(({ isRange }) => !isRange))
    .toSorted((a, b) => a.rows - b.rows);
  const [first] = crossed;
  const isWorth =
    first !== undefined &&
    crossed.length + without.length > 1 &&
    ways.every(({ rows }) => rows >= first.rows);
  return { ways: crossed, without, isWorth };
}

/**
 * The newest keys that are on all of the ways. What no index says is still to be checked on their rows.
 * @param keys what else is asked of `seq`
 * @param among where they have to be found besides: `select seq from` an index
 */
export function newestKeys(
  db: Database,
  { ways, without }: Pick<Crossing, "ways" | "without">,
  keys: readonly Statement[],
  limit: number,
  among: Statement | null = null,
): readonly number[] {
  const [first, ...others] = ways;
  if (first === undefined) return [];
  const read = ({ text, parameters }: Statement) =>
    runSql<{ seq: number }>(db, `${text} order by seq desc limit ?`, [...parameters, limit]).map(
      ({ seq }) => seq,
    );
  if (first.rows >= maxCounted || among !== null) return read(merged(ways, without, keys, among));
  const checks = [...keys, ...without, ...others.map((way) => heldOn(way))];
  const lists = first.terms.map((term) => read(keysOf([ofIndex(term), ...checks])));
  if (lists.length === 1) return lists[0] ?? [];
  return [...new Set(lists.flat())].toSorted((a, b) => b - a).slice(0, limit);
}

/** Whether a way leads to a row, looked up by its key. @param key of the row, with its table */
export function heldOn({ terms }: Way, key = "requests.seq"): Statement {
  const looks = terms.map((term) => {
    const { text, parameters } = ofIndex(term);
    return {
      text: `exists (select 1 from requests as other indexed by ${term.index}
        where ${text} and other.seq = ${key})`,
      parameters,
    };
  });
  return {
    text: looks.length === 0 ? "false" : `(${looks.map(({ text }) => text).join(" or ")})`,
    parameters: looks.flatMap(({ parameters }) => parameters),
  };
}

/** Each way is gone along once, side by side: to look up one key after the other takes five times as long. */
function merged(
  ways: readonly Way[],
  without: readonly Statement[],
  keys: readonly Statement[],
  among: Statement | null,
): Statement {
  const sides = ways.map(({ terms }, place) => {
    const own = terms.map((term) =>
      keysOf([ofIndex(term), ...keys, ...(place === 0 ? without : [])]),
    );
    const text = own.map((one) => one.text).join(" union all ");
    return {
      text: own.length === 1 ? text : `select seq from (${text} order by seq desc)`,
      parameters: own.flatMap(({ parameters }) => parameters),
    };
  });
  const all = among === null ? sides : [...sides, among];
  return {
    text: all.map(({ text }) => text).join(" intersect "),
    parameters: all.flatMap(({ parameters }) => parameters),
  };
}

function keysOf(statements: readonly Statement[]): Statement {
  const { text, parameters } = whole(statements);
  return { text: `select seq from requests where ${text}`, parameters };
}
