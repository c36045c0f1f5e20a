// The table of contents as the writer reads and writes it: a whole batch in each statement.
import type { Kysely } from "kysely";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables, PayloadsTable } from "./tables.ts";

/** A content that has a row; names are its SHA-256 in hex, cut to 32 digits, as in the blob store. */
export interface StoredPayload {
  readonly name: string;
  readonly id: number;
  readonly root: number;
  readonly rootName: string;
  /** 1: it cannot be read without the blob store. */
  readonly outside: number;
}

export const nameDigits = 32;
const idDigits = 12;

/**
 * What stands in the table's unique column, in hex: the name of what lies in the blob store, so that
 * it is found by it; for what lies in the row, the name behind the id. New rows then go to the end
 * of the index, where names alone would change a page of it each.
 */
export function payloadKey(name: string, id: number, inRow: boolean): string {
  return inRow ? id.toString(16).padStart(idDigits, "0") + name : name;
}

const storedSql = `select substr(lower(hex(p.hash)), -${nameDigits}) as name, p.id, p.root,
    substr(lower(hex(r.hash)), -${nameDigits}) as rootName, r.data is null as outside
  from json_each(?) as wanted
  join payloads p on p.hash = unhex(wanted.value)
  join payloads r on r.id = p.root`;

/** Those of the keys that are stored, by name. */
export async function storedPayloads(
  db: Kysely<LogTables>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredPayload>> {
  if (keys.length === 0) return new Map();
  const rows = await runSql<StoredPayload>(db, storedSql, [JSON.stringify(keys)]);
  return new Map(rows.map((row) => [row.name, row]));
}

/** Names of the contents that lie in rows, and the ids of these, the newest last. */
export async function newestInRows(
  db: Kysely<LogTables>,
  most: number,
): Promise<readonly (readonly [name: string, id: number])[]> {
  // Read off the index; no id reaches 2 ** 40, so all their keys begin with a zero byte.
  const rows = await runSql<{ key: string }>(
    db,
    "select hex(hash) as key from payloads where hash < x'01' order by hash desc limit ?",
    [most],
  );
  return rows
    .map(({ key }) => key.toLowerCase())
    .filter((key) => key.length === idDigits + nameDigits)
    .map((key) => [key.slice(idDigits), Number.parseInt(key.slice(0, idDigits), 16)] as const)
    .toReversed();
}

/** 0 where there is none. */
export async function highestPayloadId(db: Kysely<LogTables>): Promise<number> {
  const [top] = await runSql<{ id: number | null }>(db, "select max(id) as id from payloads");
  return top?.id ?? 0;
}

/** Bytes in the blob store. */
export async function bytesOutside(db: Kysely<LogTables>): Promise<number> {
  const text = "select coalesce(sum(stored), 0) as bytes from payloads where data is null";
  const [row] = await runSql<{ bytes: number }>(db, text);
  return row?.bytes ?? 0;
}

const insertion: Insertion = {
  into: "payloads",
  columns: ["id", "hash", "stored", "packed", "base", "root", "data", "refs"],
};

export async function insertPayloads(
  transaction: Kysely<LogTables>,
  rows: readonly PayloadsTable[],
): Promise<void> {
  await insertRows(
    transaction,
    insertion,
    rows.map((row) => [
      row.id,
      row.hash,
      row.stored,
      row.packed,
      row.base,
      row.root,
      row.data,
      row.refs,
    ]),
  );
}

/** @param more how many more bodies or payloads need each, by id */
export async function addRefs(
  transaction: Kysely<LogTables>,
  more: ReadonlyMap<number, number>,
): Promise<void> {
  if (more.size === 0) return;
  await runSql(
    transaction,
    `update payloads set refs = refs + more.value from json_each(?) as more
      where payloads.id = cast(more.key as integer)`,
    [JSON.stringify(Object.fromEntries(more))],
  );
}

/** Gives up the names of payloads whose blob has gone, so that the content can be stored anew. */
export async function freeNames(
  transaction: Kysely<LogTables>,
  ids: readonly number[],
): Promise<void> {
  for (const id of ids)
    await runSql(
      transaction,
      "update payloads set hash = randomblob(16), stored = 0 where id = ?",
      [id],
    );
}

/** The name in the blob store of a payload's hash. */
export function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
