// Contents of bodies on their way into the log: each stored once, packed, small ones in the
// database, larger ones in the blob store.
import { CryptoHasher } from "bun";
import type { Kysely } from "kysely";
import type { BlobStore } from "../../ports/blob-store.ts";
import { pack } from "./pack.ts";
import { createRecentBodies } from "./recent-bodies.ts";
import type { RecentBody } from "./recent-bodies.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables, PayloadsTable } from "./tables.ts";

export interface KeptPayload {
  readonly id: number;
  /** It cannot be read without the blob store. */
  readonly outside: boolean;
}

/** The contents of one transaction. Blobs are written before it, so that no row names one that is not there. */
export interface PayloadBatch {
  /**
   * Sees to it that the content is stored.
   * @param evolves the next of its kind may begin like it, as an agent's requests do
   * @returns null where the blob store does not take it
   */
  keep(bytes: Uint8Array, evolves: boolean): Promise<KeptPayload | null>;
  /** Contents that the blob store did not take, and why. */
  lost(): { readonly bodies: number; readonly message: string | null };
  /** Writes the rows of what was kept. */
  write(transaction: Kysely<LogTables>): Promise<void>;
  /** After the commit. */
  committed(): void;
  /** After a transaction that failed; takes back what only it needed. */
  abandoned(): Promise<void>;
}

export interface PayloadWriter {
  begin(): Promise<PayloadBatch>;
  /** Bytes in the blob store. */
  outsideBytes(): Promise<number>;
  /** To be told of what the store removed. */
  removed(bytes: number): void;
}

/** A payload that the batch adds. */
type Added = Omit<PayloadsTable, "refs"> & { refs: number; readonly outside: boolean };

const hashBytes = 16;

interface KnownRow {
  readonly id: number;
  readonly root: number;
  readonly rootHash: Uint8Array;
  readonly outside: number;
}

const knownSql = `select p.id, p.root, r.hash as rootHash, r.data is null as outside
  from payloads p join payloads r on r.id = p.root where p.hash = ?`;

/** @param inlineLimit bytes; larger bodies go to the blob store, unless they are little but a difference */
export function createPayloadWriter(
  db: Kysely<LogTables>,
  blobs: BlobStore,
  inlineLimit: number,
): PayloadWriter {
  const recent = createRecentBodies();
  let nextId: number | null = null;
  let outsideBytes: number | null = null;

  async function loadOutsideBytes(): Promise<number> {
    const text = "select coalesce(sum(stored), 0) as bytes from payloads where data is null";
    const [row] = await runSql<{ bytes: number }>(db, text);
    return row?.bytes ?? 0;
  }

  async function begin(): Promise<PayloadBatch> {
    const [top] =
      nextId === null
        ? await runSql<{ id: number | null }>(db, "select max(id) as id from payloads")
        : [{ id: nextId - 1 }];
    let next = (top?.id ?? 0) + 1;
    outsideBytes ??= await loadOutsideBytes();
    const added = new Map<string, Added>();
    const addedById = new Map<number, Added>();
    const known = new Map<string, KeptPayload>();
    /** More that need a payload which was there before. */
    const moreRefs = new Map<number, number>();
    /** Payloads whose blob has gone: their name is free for it to be stored anew. */
    const blobless: number[] = [];
    let lostBodies = 0;
    let lostMessage: string | null = null;

    const need = (id: number) => {
      const own = addedById.get(id);
      if (own !== undefined) own.refs++;
      else moreRefs.set(id, (moreRefs.get(id) ?? 0) + 1);
    };

    async function findKnown(name: string, hash: Uint8Array): Promise<KeptPayload | null> {
      const before = known.get(name);
      if (before !== undefined) return before;
      const [row] = await runSql<KnownRow>(db, knownSql, [hash]);
      if (row === undefined) return null;
      const outside = row.outside === 1;
      if (outside && !(await blobs.has(hex(row.rootHash)))) {
        blobless.push(row.id);
        recent.forget(row.root);
        return null;
      }
      const kept = { id: row.id, outside };
      known.set(name, kept);
      return kept;
    }

    async function findBase(bytes: Uint8Array): Promise<RecentBody | null> {
      const base = recent.alike(bytes);
      if (base === null || !base.root.outside || (await blobs.has(base.root.name))) return base;
      recent.forget(base.root.id);
      return null;
    }

    function add(name: string, payload: Added): Added {
      added.set(name, payload);
      addedById.set(payload.id, payload);
      next = Math.max(next, payload.id + 1);
      return payload;
    }

    /** As what differs from one of the last bodies; null where that is not little. */
    async function addDifference(
      bytes: Uint8Array,
      name: string,
      hash: Uint8Array,
    ): Promise<Added | null> {
      const base = await findBase(bytes);
      if (base === null) return null;
      const { bytes: data } = pack(bytes, base.bytes);
      if (data.length > inlineLimit || data.length > bytes.length / 2) return null;
      const { outside } = base.root;
      const id = next;
      need(base.id);
      recent.add({ id, bytes, depth: base.depth + 1, root: base.root });
      const row = { id, hash, stored: data.length, packed: 1, base: base.id, root: base.root.id };
      return add(name, { ...row, data, refs: 0, outside });
    }

    async function addWhole(
      bytes: Uint8Array,
      name: string,
      hash: Uint8Array,
      evolves: boolean,
    ): Promise<Added> {
      const { bytes: data, packed } = pack(bytes, null);
      const outside = bytes.length > inlineLimit;
      if (outside) await blobs.put(name, data);
      const id = next;
      if (evolves) recent.add({ id, bytes, depth: 0, root: { id, outside, name } });
      const row = { id, hash, stored: data.length, packed: packed ? 1 : 0, base: null, root: id };
      return add(name, { ...row, data: outside ? null : data, refs: 0, outside });
    }

    return {
      async keep(bytes, evolves) {
        const hash = new CryptoHasher("sha256").update(bytes).digest().subarray(0, hashBytes);
        const name = hex(hash);
        const own = added.get(name);
        const there = own ?? (await findKnown(name, hash));
        try {
          const kept =
            there ??
            (evolves ? await addDifference(bytes, name, hash) : null) ??
            (await addWhole(bytes, name, hash, evolves));
          need(kept.id);
          return { id: kept.id, outside: kept.outside };
        } catch (error) {
          lostBodies++;
          lostMessage = error instanceof Error ? error.message : "unknown error";
          return null;
        }
      },
      lost: () => ({ bodies: lostBodies, message: lostMessage }),
      async write(transaction) {
        for (const id of blobless)
          await runSql(
            transaction,
            "update payloads set hash = randomblob(16), stored = 0 where id = ?",
            [id],
          );
        for (const row of added.values())
          await runSql(
            transaction,
            "insert into payloads (id, hash, stored, packed, base, root, data, refs) values (?, ?, ?, ?, ?, ?, ?, ?)",
            [row.id, row.hash, row.stored, row.packed, row.base, row.root, row.data, row.refs],
          );
        for (const [id, count] of moreRefs)
          await runSql(transaction, "update payloads set refs = refs + ? where id = ?", [
            count,
            id,
          ]);
      },
      committed() {
        nextId = next;
        if (blobless.length > 0) outsideBytes = null;
        else if (outsideBytes !== null)
          for (const { data, stored } of added.values()) if (data === null) outsideBytes += stored;
      },
      async abandoned() {
        nextId = null;
        recent.clear();
        for (const [name, { data }] of added)
          // What is left over is swept later.
          if (data === null) await blobs.remove(name).catch(() => undefined);
      },
    };
  }

  return {
    begin,
    async outsideBytes() {
      outsideBytes ??= await loadOutsideBytes();
      return outsideBytes;
    },
    removed(bytes) {
      if (outsideBytes !== null) outsideBytes -= bytes;
    },
  };
}

/** The name in the blob store of a payload's hash. */
export function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
