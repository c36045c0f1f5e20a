// Places along the index of a column, the largest value first, found by keys alone as far as indexes say
// what is asked of them.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import { heldOn, maxCounted, newestKeys } from "./crossed-keys.ts";
import { keysIn, type Lead, rowsOf } from "./lead.ts";
import {
  type Condition,
  type IndexTerm,
  keysInRange,
  ofKeys,
  type Statement,
  type Times,
  whole,
} from "./list-statement.ts";
import { maxOrdered, type Order, orderedPlaces, type Place } from "./value-order.ts";

export interface Column {
  readonly name: "duration_ms" | "total_tokens" | "cost";
  readonly index: string;
}

/** The rows whose values pass a test, which stand together in the column's index. */
export interface ColumnPart {
  readonly column: Column;
  readonly test: string;
}

/** Keys that are looked up on a large index one by one, before more is done to know where they may be. */
const maxLooked = 5_000;
/** Where an eighth of the places that are wanted is found among these, the rest is not far. */
const goodShare = 8;
/** Keys of a part that are put in order to be compared with those of an index. */
const maxPart = 150_000;

type Along = (order: Order) => readonly Place[];

/** @returns gives places of a part, behind one of it or from its beginning; what no index says is still to be checked */
export function alongColumn(db: Database, part: ColumnPart, lead: Lead, times: Times): Along {
  const { terms, rows, crossing } = lead;
  const { ways, without } = crossing;
  const own = ways.find((way) => way.terms === terms);
  const beside = [
    ...keysInRange(times, "+seq"),
    ...without,
    ...ways.filter((way) => way !== own).map((way) => heldOn(way)),
  ];
  const thorough =
    (checks: readonly Statement[]): Along =>
    (order) =>
      walkedPlaces(db, order, part, checks, null).places;
  if (terms === null || rows === null) return thorough(beside);
  const inSet = () => thorough([keysIn(terms, times), ...beside]);
  if (rows < maxCounted) return inSet();
  const looked = own === undefined ? beside : [heldOn(own), ...beside];
  let later: Along | null = null;
  return (order) => {
    if (later !== null) return later(order);
    const { places, isEnough } = walkedPlaces(db, order, part, looked, maxLooked);
    if (isEnough) return places;
    if (places.length * goodShare >= order.limit) {
      later = thorough(looked);
      return later(order);
    }
    // As of an upstream whose calls cost nothing, in an order by cost.
    const inPart = rowsOf(db, [termOf(part)], {}, maxPart);
    // To put a part in order takes about as long as to make a set of half of it.
    const isSmaller = inPart < maxPart && rowsOf(db, terms, times, inPart * 2) === inPart * 2;
    if (own === undefined || !isSmaller) {
      later = inSet();
      return later(order);
    }
    const keys = newestKeys(
      db,
      crossing,
      keysInRange(times),
      maxOrdered,
      keysOf(part, order.after),
    );
    later = keys.length < maxOrdered ? amongFew(db, part, order, keys) : thorough(looked);
    return later(order);
  };
}

/** @param first the order in which the first places were asked for */
function amongFew(db: Database, part: ColumnPart, first: Order, keys: readonly number[]): Along {
  const own = [ofKeys(keys), checkOf(part)];
  const all = orderedPlaces(db, { ...first, limit: keys.length }, { terms: null }, own);
  return ({ after, limit }) => {
    const from = all.findIndex(({ seq }) => seq === after?.seq) + 1;
    return all.slice(from, from + limit);
  };
}

/** A part all of whose rows have the same value, as a condition like any other. */
export function sharedValue(part: ColumnPart): Condition {
  return { check: checkOf(part), terms: [termOf(part)] };
}

function termOf({ column: { name, index }, test }: ColumnPart): IndexTerm {
  return { column: name, test, parameters: [], indexed: "true", index };
}

function checkOf({ column, test }: ColumnPart): Statement {
  return { text: `+${column.name} ${test}`, parameters: [] };
}

function keysOf(part: ColumnPart, after: Place | null): Statement {
  const { text, parameters } = from(part, after);
  return {
    text: `select seq from requests indexed by ${part.column.index} where ${text}`,
    parameters,
  };
}

/** A part from a place on. @param least a value of it, which ends it */
function from(
  { column: { name }, test }: ColumnPart,
  after: Place | null,
  least: number | null = null,
): Statement {
  // Of two bounds on the same side, SQLite would go on to the one that it takes.
  const bounds = [
    ...(least === null ? [] : [{ text: `${name} >= ?`, parameters: [least] }]),
    ...(least !== null && test.startsWith(">")
      ? []
      : [{ text: `${name} ${test}`, parameters: [] }]),
  ];
  const own = whole(bounds);
  if (after === null || after.value === null) return own;
  const { value, seq } = after;
  const behind = {
    text: `${name} <= ? and (${name} < ? or +seq < ?)`,
    parameters: [value, value, seq],
  };
  return whole([own, behind]);
}

/**
 * @param checks on keys alone
 * @param most keys that are looked at before it gives up; null: all
 * @returns what it found, and whether it gave up before it had enough
 */
function walkedPlaces(
  db: Database,
  { after, limit }: Order,
  part: ColumnPart,
  checks: readonly Statement[],
  most: number | null,
): { readonly places: readonly Place[]; readonly isEnough: boolean } {
  const { name } = part.column;
  const all = from(part, after);
  const [end] =
    most === null
      ? []
      : runSql<{ value: number }>(
          db,
          `select ${name} as value from requests where ${all.text}
          order by ${name} desc, seq desc limit 1 offset ${most}`,
          all.parameters,
        );
  const where = whole([from(part, after, end?.value), ...checks]);
  const places = runSql<Place>(
    db,
    `select seq, ${name} as value from requests where ${where.text}
    order by ${name} desc, seq desc limit ?`,
    [...where.parameters, limit],
  );
  return { places, isEnough: places.length === limit || end === undefined };
}
