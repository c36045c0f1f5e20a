// Kept answers in SQLite. What is said stands there once for each owner: items by their contents, and lists
// of them by their beginnings, so that one turn more is a list that continues another.
import type { Database } from "bun:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "bun";
import { parseJson } from "../../../domain/bytes/json.ts";
import { callIdIn } from "../../../domain/call/answer-id.ts";
import type { FoundAnswer, FoundItem, KeptAnswers, MadeItem } from "../../../ports/kept-answers.ts";
import type { CopiedAnswer } from "../../../ports/log-copy.ts";
import { digest, itemKey, ownerKey } from "../rows/answer-keys.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "../sqlite-file/run-sql.ts";

/** To be made with the log's other tables, or where a file of before has none of them. */
export const answerTables = [
  `create table responses (
    seq integer primary key, owner text not null, id text not null, call_id text not null,
    created_at integer not null, list integer not null, inputs integer not null, upstream text,
    stored integer not null, head text not null, size integer not null)`,
  // A list's key follows from its owner and all that it holds; the items are those behind the list before.
  `create table response_lists (
    seq integer primary key, key text not null unique, before integer, length integer not null,
    items text not null, needed integer not null)`,
  `create table response_items (
    seq integer primary key, key text not null unique, owner text not null, id text not null,
    upstream text, stored integer not null, needed integer not null, packed integer not null,
    data blob not null)`,
  "create unique index responses_id on responses (id, owner)",
  "create index responses_created_at on responses (created_at)",
  "create index responses_call_id on responses (call_id)",
  "create index response_items_id on response_items (id, owner)",
];

/** Bytes of a text from which on packing it pays. */
const minPacked = 256;

interface NewItem {
  readonly key: string;
  readonly item: MadeItem;
}

/** Writes answers, within a transaction. @returns by how many bytes the tables have grown */
export function writeAnswers(db: Database, answers: readonly CopiedAnswer[]): number {
  let grown = 0;
  for (const answer of answers) grown += writeAnswer(db, answer);
  return grown;
}

function writeAnswer(db: Database, answer: CopiedAnswer): number {
  const { owner, id, callId, createdAt, head, inputs, upstream, isStored } = answer;
  // Written once more after a batch that failed, or its server uses an id again.
  const removed = removeAnswers(db, "owner = ? and id = ?", [owner, id], 1).bytes;
  const items = answer.items.map((item) => ({ key: itemKey(owner, item.text), item }));
  const { list, grown } = writeList(db, owner, items);
  const size = Buffer.byteLength(head);
  runSql(
    db,
    `insert into responses (owner, id, call_id, created_at, list, inputs, upstream, stored, head, size)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [owner, id, callId, createdAt, list, inputs, upstream, Number(isStored), head, size],
  );
  return grown + size - removed;
}

/** The list of these items; it continues the longest beginning of it that stands there already. */
function writeList(
  db: Database,
  owner: string,
  items: readonly NewItem[],
): { readonly list: number; readonly grown: number } {
  let key = digest(owner);
  const keys = items.length === 0 ? [key] : [];
  for (const item of items) {
    key = digest(`${key}${item.key}`);
    keys.push(key);
  }
  const [known] = runSql<{ seq: number; length: number }>(
    db,
    `select seq, length from response_lists where key in (select value from json_each(?))
      order by length desc limit 1`,
    [JSON.stringify(keys)],
  );
  if (known !== undefined)
    runSql(db, "update response_lists set needed = needed + 1 where seq = ?", [known.seq]);
  const length = known?.length ?? 0;
  if (known !== undefined && length === items.length) return { list: known.seq, grown: 0 };
  const { seqs, grown } = writeItems(db, owner, items.slice(length));
  const [added] = runSql<{ seq: number }>(
    db,
    `insert into response_lists (key, before, length, items, needed)
      values (?, ?, ?, ?, 1) returning seq`,
    [key, known?.seq ?? null, items.length, JSON.stringify(seqs)],
  );
  return { list: added?.seq ?? 0, grown };
}

const itemInsertion: Insertion = {
  into: "response_items",
  columns: ["key", "owner", "id", "upstream", "stored", "needed", "packed", "data"],
};

/** @returns where the items stand, in their order */
function writeItems(
  db: Database,
  owner: string,
  items: readonly NewItem[],
): { readonly seqs: readonly number[]; readonly grown: number } {
  const keys = JSON.stringify(items.map(({ key }) => key));
  const places = () =>
    new Map(
      runSql<{ key: string; seq: number }>(
        db,
        "select key, seq from response_items where key in (select value from json_each(?))",
        [keys],
      ).map(({ key, seq }) => [key, seq]),
    );
  const there = places();
  const added = new Map<string, readonly unknown[]>();
  let grown = 0;
  for (const { key, item } of items) {
    if (there.has(key) || added.has(key)) continue;
    const text = Buffer.from(item.text);
    const isPacked = text.length >= minPacked;
    const data = isPacked ? zstdCompressSync(text, { level: 3 }) : text;
    const maker = [item.upstream, Number(item.isStored)];
    added.set(key, [key, owner, item.id, ...maker, 0, Number(isPacked), data]);
    grown += data.length;
  }
  insertRows(db, itemInsertion, [...added.values()]);
  const now = added.size === 0 ? there : places();
  const seqs = items.map(({ key }) => now.get(key) ?? 0);
  countItems(db, seqs, 1);
  return { seqs, grown };
}

/** One list more, or fewer, holds each of these. */
function countItems(db: Database, seqs: readonly number[], by: 1 | -1): void {
  const counts = new Map<number, number>();
  for (const seq of seqs) counts.set(seq, (counts.get(seq) ?? 0) + by);
  runSql(
    db,
    `update response_items set needed = needed + counts.value ->> 1
      from json_each(?) as counts where response_items.seq = counts.value ->> 0`,
    [JSON.stringify([...counts])],
  );
}

/** Bytes that the answers take. */
export function answerBytes(db: Database): number {
  const [found] = runSql<{ bytes: number }>(
    db,
    `select (select coalesce(sum(size), 0) from responses)
      + (select coalesce(sum(length(data)), 0) from response_items) as bytes`,
  );
  return found?.bytes ?? 0;
}

/** Epoch ms of the oldest; null: there is none. */
export function oldestAnswer(db: Database): number | null {
  const [found] = runSql<{ at: number | null }>(db, "select min(created_at) as at from responses");
  return found?.at ?? null;
}

/**
 * Removes at most `limit` answers, the oldest first, with what no other needs; within a transaction.
 * @param where of their columns
 * @returns how many, and the bytes that they took
 */
export function removeAnswers(
  db: Database,
  where: string,
  parameters: readonly unknown[],
  limit: number,
): { readonly count: number; readonly bytes: number } {
  const gone = runSql<{ list: number; size: number }>(
    db,
    `delete from responses where seq in
      (select seq from responses where ${where} order by created_at limit ?) returning list, size`,
    [...parameters, limit],
  );
  let bytes = 0;
  for (const { list, size } of gone) bytes += size + releaseList(db, list);
  return { count: gone.length, bytes };
}

/** One answer less needs a list. @returns the bytes that it leaves */
function releaseList(db: Database, list: number): number {
  let bytes = 0;
  for (let seq: number | null = list; seq !== null;) {
    const [left]: readonly { needed: number; before: number | null; items: string }[] = runSql(
      db,
      "update response_lists set needed = needed - 1 where seq = ? returning needed, before, items",
      [seq],
    );
    if (left === undefined || left.needed > 0) break;
    runSql(db, "delete from response_lists where seq = ?", [seq]);
    countItems(db, parseJson(left.items) as readonly number[], -1);
    const items = runSql<{ size: number }>(
      db,
      `delete from response_items where needed <= 0 and seq in (select value from json_each(?))
        returning length(data) as size`,
      [left.items],
    );
    for (const { size } of items) bytes += size;
    seq = left.before;
  }
  return bytes;
}

interface ResponseRow {
  readonly id: string;
  readonly call_id: string;
  readonly list: number;
  readonly inputs: number;
  readonly upstream: string | null;
  readonly stored: number;
  readonly head: string;
}

interface ItemRow {
  readonly seq: number;
  readonly id: string;
  readonly packed: number;
  readonly data: Uint8Array;
}

interface MadeItemRow extends ItemRow {
  readonly upstream: string | null;
  readonly stored: number;
}

/** The answers as they are read. */
export function createAnswerReader(db: Database): Pick<KeptAnswers, "find" | "items"> {
  function answerRow(
    column: "id" | "call_id",
    value: string | null,
    owner: string | null,
  ): ResponseRow | undefined {
    if (value === null) return undefined;
    const [row] = runSql<ResponseRow>(
      db,
      `select id, call_id, list, inputs, upstream, stored, head from responses
        where ${column} = ?1 and (?2 is null or owner = ?2) order by created_at desc limit 1`,
      [value, keyOrAny(owner)],
    );
    return row;
  }

  function itemsOf(list: number): readonly FoundItem[] {
    return itemsOfList(db, list).map(({ id, text }) => ({ id, text }));
  }

  return {
    async find(owner, id): Promise<FoundAnswer | null> {
      const row = answerRow("id", id, owner) ?? answerRow("call_id", callIdIn(id), owner);
      if (row === undefined) return null;
      const { id: ownId, call_id: callId, list, inputs, upstream, stored, head } = row;
      const all = itemsOf(list);
      const [input, output] = [all.slice(0, inputs), all.slice(inputs)];
      return { id: ownId, callId, head, input, output, upstream, isStored: stored === 1 };
    },

    async items(owner, ids) {
      const rows = runSql<MadeItemRow>(
        db,
        `select seq, id, upstream, stored, packed, data from response_items
          where id in (select value from json_each(?1)) and (?2 is null or owner = ?2)`,
        [JSON.stringify(ids), keyOrAny(owner)],
      );
      return rows.map(madeItem);
    },
  };
}

/** The items of a list in their order, with who made them. */
export function itemsOfList(db: Database, list: number): readonly MadeItem[] {
  const lists = runSql<{ items: string }>(
    db,
    `with recursive chain (seq, before, items, length) as (
      select seq, before, items, length from response_lists where seq = ?
      union all
      select one.seq, one.before, one.items, one.length
        from response_lists one join chain on one.seq = chain.before)
      select items from chain order by length`,
    [list],
  );
  const seqs = lists.flatMap(({ items }) => parseJson(items) as readonly number[]);
  const rows = runSql<MadeItemRow>(
    db,
    `select seq, id, upstream, stored, packed, data from response_items
      where seq in (select value from json_each(?))`,
    [JSON.stringify(seqs)],
  );
  const bySeq = new Map(rows.map((row) => [row.seq, madeItem(row)]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}

function madeItem(row: MadeItemRow): MadeItem {
  const { id, upstream, stored } = row;
  return { id, text: textOf(row), upstream, isStored: stored === 1 };
}

function keyOrAny(owner: string | null): string | null {
  return owner === null ? null : ownerKey(owner);
}

function textOf({ packed, data }: ItemRow): string {
  return new TextDecoder().decode(packed === 1 ? zstdDecompressSync(data) : data);
}
