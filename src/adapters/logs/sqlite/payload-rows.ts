// The table of contents: what packing asks of it, and what it writes, a whole batch in each statement.
import type { Database } from "bun:sqlite";
import { nameDigits } from "../bodies/payload-batch.ts";
import type {
  PayloadChanges,
  PayloadTable,
  StoredPayload,
  WantedPayload,
} from "../bodies/payload.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "./run-sql.ts";

const idDigits = 12;

/**
 * What stands in the table's unique column, in hex: the name of what lies in the blob store, so that
 * it is found by it; for what lies in the row, the name behind the id. New rows then go to the end
 * of the index, where names alone would change a page of it each.
 */
function payloadKey(name: string, id: number, inRow: boolean): string {
  return inRow ? id.toString(16).padStart(idDigits, "0") + name : name;
}

const storedSql = `select substr(lower(hex(p.hash)), -${nameDigits}) as name, p.id, p.root,
    substr(lower(hex(r.hash)), -${nameDigits}) as rootName, r.data is null as outside
  from json_each(?) as wanted
  join payloads p on p.hash = unhex(wanted.value)
  join payloads r on r.id = p.root`;

type FoundPayload = Omit<StoredPayload, "outside"> & {
  readonly name: string;
  readonly outside: number;
};

/** The table as packing reads it. */
export function payloadTable(db: Database): PayloadTable {
  return {
    async find(wanted) {
      const keys = wanted.flatMap(keysOf);
      if (keys.length === 0) return new Map();
      const rows = runSql<FoundPayload>(db, storedSql, [JSON.stringify(keys)]);
      return new Map(rows.map((row) => [row.name, { ...row, outside: row.outside === 1 }]));
    },
    async highestId() {
      const [top] = runSql<{ id: number | null }>(db, "select max(id) as id from payloads");
      return top?.id ?? 0;
    },
    async newestInRows(max) {
      // Read off the index; no id reaches 2 ** 40, so all their keys begin with a zero byte.
      const rows = runSql<{ key: string }>(
        db,
        "select hex(hash) as key from payloads where hash < x'01' order by hash desc limit ?",
        [max],
      );
      return rows
        .map(({ key }) => key.toLowerCase())
        .filter((key) => key.length === idDigits + nameDigits)
        .map((key) => [key.slice(idDigits), Number.parseInt(key.slice(0, idDigits), 16)] as const)
        .toReversed();
    },
    async bytesOutside() {
      const text = "select coalesce(sum(stored), 0) as bytes from payloads where data is null";
      const [row] = runSql<{ bytes: number }>(db, text);
      return row?.bytes ?? 0;
    },
  };
}

/** The keys under which a content may be stored. */
function keysOf({ name, isLarge, recentId }: WantedPayload): readonly string[] {
  const inRow = recentId === undefined ? [] : [payloadKey(name, recentId, true)];
  return isLarge ? [name, ...inRow] : inRow;
}

const insertion: Insertion = {
  into: "payloads",
  columns: ["id", "hash", "stored", "packed", "base", "root", "data", "refs"],
};

/** Writes what a batch changes. */
export function writePayloads(db: Database, { added, moreRefs, blobless }: PayloadChanges): void {
  for (const id of blobless)
    runSql(db, "update payloads set hash = randomblob(16), stored = 0 where id = ?", [id]);
  insertRows(
    db,
    insertion,
    added.map(({ id, name, data, stored, packed, base, root, refs }) => {
      const hash = Buffer.from(payloadKey(name, id, data !== null), "hex");
      return [id, hash, stored, packed ? 1 : 0, base, root, data, refs];
    }),
  );
  if (moreRefs.size === 0) return;
  runSql(
    db,
    `update payloads set refs = refs + more.value from json_each(?) as more
      where payloads.id = cast(more.key as integer)`,
    [JSON.stringify(Object.fromEntries(moreRefs))],
  );
}

/** The name in the blob store of a payload's hash. */
export function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
