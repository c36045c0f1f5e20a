// Rows with words in the order of a value: which of the words, the filter and the value leads to them soonest.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import { maxCounted } from "./crossed-keys.ts";
import type { Lead } from "./lead.ts";
import {
  type Condition,
  inRange,
  type RowSource,
  type Statement,
  type Times,
  whole,
} from "./list-statement.ts";
import {
  hasTwins,
  maxCompared,
  maxLookedUp,
  rowsWithWords,
  withWords,
  wordsAsSet,
} from "./search-check.ts";
import { behind, inOrder, type Order, orderedPlaces, type Place } from "./value-order.ts";

/** Rows along the column that are compared with those of common words before all of these are put together. */
const maxFirst = 500;
/** Rows with the words that are put in order as they are. */
const maxFound = 2_000;

/** What a list asks of its rows. */
export interface SoughtList {
  readonly conditions: readonly Condition[];
  readonly lead: Lead;
  readonly times: Times;
  readonly source: RowSource;
  readonly search: string | null;
  /** The first places of the list if it sought no words. */
  readonly first: (limit: number) => readonly Place[];
}

/** Places of rows with words: looked up row by row where few rows are in question or nearly all have them. */
export function soughtPlaces(
  db: Database,
  order: Order,
  { conditions, lead, times, source, search, first }: SoughtList,
): readonly Place[] {
  const checks = [...conditions.map(({ check }) => check), ...inRange(times)];
  const found = () => foundPlaces(db, order, source, search, checks);
  if (!source.isIndex || search === null) return found();
  const own = [...inRange(times), ...lead.checks];
  const among = (places: readonly Place[]) => {
    const seqs = places.map(({ seq }) => seq);
    const having = withWords(db, search, source, seqs, order.limit);
    return places.filter(({ seq }) => having.has(seq)).slice(0, order.limit);
  };
  if (lead.rows !== null && lead.rows <= maxCompared)
    return among(orderedPlaces(db, { ...order, limit: lead.rows }, lead, own));
  const rows = rowsWithWords(db, search, source);
  if (rows !== "many" && rows < maxFound) return found();
  const steps = rows === "many" ? [...(source.isSoon ? [maxLookedUp] : []), maxFirst] : [];
  for (const most of steps.filter((step) => step >= order.limit)) {
    const places = first(most);
    const soon = among(places);
    if (soon.length === order.limit || places.length < most) return soon;
  }
  const set = wordsAsSet(search, source, hasTwins(db));
  if (lead.rows !== null && lead.rows < maxCounted)
    return orderedPlaces(db, order, lead, [set, ...own]);
  const walked = [...conditions.map(({ check }) => check), ...inRange(times, "+seq")];
  return walkedPlaces(db, order, [set, ...walked]);
}

/** Along all of the column, those without a value last. */
function walkedPlaces(
  db: Database,
  { column, after, limit }: Order,
  checks: readonly Statement[],
): readonly Place[] {
  const found: Place[] = [];
  const read = (own: Statement, order: string) => {
    const where = whole([own, ...checks]);
    found.push(
      ...runSql<Place>(
        db,
        `select seq, ${column} as value from requests where ${where.text} order by ${order} limit ?`,
        [...where.parameters, limit - found.length],
      ),
    );
  };
  if (after?.value !== null) read(valuesBehind(column, after), `${column} desc, seq desc`);
  if (found.length < limit) {
    const older = after?.value === null ? " and seq < ?" : "";
    const parameters = after?.value === null ? [after.seq] : [];
    read({ text: `${column} is null${older}`, parameters }, "seq desc");
  }
  return found;
}

function valuesBehind(column: string, after: Place | null): Statement {
  return after === null || after.value === null
    ? { text: `${column} is not null`, parameters: [] }
    : {
        text: `${column} <= ? and (${column} < ? or seq < ?)`,
        parameters: [after.value, after.value, after.seq],
      };
}

/** Those that have the words, and those that share their entries. */
function foundPlaces(
  db: Database,
  { column, after, limit }: Order,
  source: RowSource,
  search: string | null,
  checks: readonly Statement[],
): readonly Place[] {
  const { from, condition } = source;
  const read = (table: string, own: readonly Statement[]) => {
    const where = whole([...own, ...checks, ...behind(column, after)]);
    return runSql<Place>(
      db,
      `select requests.seq as seq, ${column} as value from ${table} where ${where.text}
        order by +${column} desc, +requests.seq desc limit ?`,
      [...where.parameters, limit],
    );
  };
  const own = condition === null ? [] : [condition];
  if (!source.isIndex) return read(from, own);
  const found = read(from, own);
  if (!hasTwins(db)) return found;
  const twins = {
    text: `twin_of is not null and twin_of in (select rowid from ${search} where ${condition?.text})`,
    parameters: condition?.parameters ?? [],
  };
  return inOrder([found, read("requests", [twins])], limit);
}
