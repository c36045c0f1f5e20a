// Contents of bodies on their way into the log: each stored once, packed, small ones in the
// database, larger ones in the blob store.
import { CryptoHasher } from "bun";
import type { Kysely } from "kysely";
import type { BlobStore } from "../../../ports/blob-store.ts";
import { pack } from "../bodies/pack.ts";
import type { Released } from "./payload-release.ts";
import {
  addRefs,
  bytesOutside,
  freeNames,
  highestPayloadId,
  insertPayloads,
  nameDigits,
  newestInRows,
  payloadKey,
  storedPayloads,
} from "./payload-rows.ts";
import { createRecentBodies } from "../bodies/recent-bodies.ts";
import type { RecentBody } from "../bodies/recent-bodies.ts";
import { createRecentNames, mostNames } from "../bodies/recent-names.ts";
import type { RecentNames } from "../bodies/recent-names.ts";
import type { LogTables, PayloadsTable } from "./tables.ts";

export interface Content {
  readonly bytes: Uint8Array;
  /** The next of its kind may begin like it, as an agent's requests do. */
  readonly evolves: boolean;
}

export interface KeptPayload {
  readonly id: number;
  /** It cannot be read without the blob store. */
  readonly outside: boolean;
}

/** The contents of one transaction. Blobs are written before it, so that no row names one that is not there. */
export interface PayloadBatch {
  /** What became of each content, in their order; null where the blob store did not take it. */
  readonly kept: readonly (KeptPayload | null)[];
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
  /** Sees to it that the contents are stored once the transaction is through. */
  begin(contents: readonly Content[]): Promise<PayloadBatch>;
  /** Bytes in the blob store. */
  outsideBytes(): Promise<number>;
  /** To be told of what the store removed. */
  removed(released: Pick<Released, "ids" | "bytes">): void;
}

/** A payload that the batch adds. */
type Added = Omit<PayloadsTable, "refs"> & { refs: number; readonly outside: boolean };

/** @param inlineLimit bytes; larger bodies go to the blob store, unless they are little but a difference */
export function createPayloadWriter(
  db: Kysely<LogTables>,
  blobs: BlobStore,
  inlineLimit: number,
): PayloadWriter {
  const recent = createRecentBodies();
  let names: RecentNames | null = null;
  let nextId: number | null = null;
  let outsideBytes: number | null = null;

  async function begin(contents: readonly Content[]): Promise<PayloadBatch> {
    let next = nextId ?? (await highestPayloadId(db)) + 1;
    outsideBytes ??= await bytesOutside(db);
    const recentNames = (names ??= createRecentNames(await newestInRows(db, mostNames)));
    const wanted = contents.map(({ bytes }) => nameOf(bytes));
    const stored = await storedPayloads(
      db,
      contents.flatMap(({ bytes }, place) =>
        keysOf(wanted[place] ?? "", bytes.length > inlineLimit, recentNames),
      ),
    );
    const added = new Map<string, Added>();
    const addedById = new Map<number, Added>();
    const known = new Map<string, KeptPayload | null>();
    /** More that need a payload which was there before. */
    const moreRefs = new Map<number, number>();
    /** Payloads whose blob has gone. */
    const blobless: number[] = [];
    let lostBodies = 0;
    let lostMessage: string | null = null;

    const need = (id: number) => {
      const own = addedById.get(id);
      if (own !== undefined) own.refs++;
      else moreRefs.set(id, (moreRefs.get(id) ?? 0) + 1);
    };

    async function findKnown(name: string): Promise<KeptPayload | null> {
      const before = known.get(name);
      if (before !== undefined) return before;
      const row = stored.get(name);
      if (row === undefined) return null;
      const outside = row.outside === 1;
      const gone = outside && !(await blobs.has(row.rootName));
      if (gone) {
        blobless.push(row.id);
        recent.forget(({ root }) => root.id === row.root);
      }
      const found = gone ? null : { id: row.id, outside };
      known.set(name, found);
      return found;
    }

    async function findBase(bytes: Uint8Array): Promise<RecentBody | null> {
      const base = recent.alike(bytes);
      if (base === null || !base.root.outside || (await blobs.has(base.root.name))) return base;
      recent.forget(({ root }) => root.id === base.root.id);
      return null;
    }

    function add(name: string, payload: Omit<Added, "hash" | "refs">): Added {
      const { id, data } = payload;
      const hash = Buffer.from(payloadKey(name, id, data !== null), "hex");
      const row = { ...payload, hash, refs: 0 };
      if (data !== null) recentNames.add(name, id);
      added.set(name, row);
      addedById.set(row.id, row);
      next = Math.max(next, row.id + 1);
      return row;
    }

    /** As what differs from one of the last bodies; null where that is not little. */
    async function addDifference(bytes: Uint8Array, name: string): Promise<Added | null> {
      const base = await findBase(bytes);
      if (base === null) return null;
      const { bytes: data } = pack(bytes, base.bytes);
      if (data.length > inlineLimit || data.length > bytes.length / 2) return null;
      const { outside } = base.root;
      const id = next;
      need(base.id);
      recent.add({ id, bytes, depth: base.depth + 1, root: base.root });
      const row = { id, stored: data.length, packed: 1, base: base.id, root: base.root.id };
      return add(name, { ...row, data, outside });
    }

    async function addWhole({ bytes, evolves }: Content, name: string): Promise<Added> {
      const { bytes: data, packed } = pack(bytes, null);
      const outside = bytes.length > inlineLimit;
      if (outside) await blobs.put(name, data);
      const id = next;
      if (evolves) recent.add({ id, bytes, depth: 0, root: { id, outside, name } });
      const row = { id, stored: data.length, packed: packed ? 1 : 0, base: null, root: id };
      return add(name, { ...row, data: outside ? null : data, outside });
    }

    async function keep(content: Content, name: string): Promise<KeptPayload | null> {
      try {
        const { id, outside } =
          added.get(name) ??
          (await findKnown(name)) ??
          (content.evolves ? await addDifference(content.bytes, name) : null) ??
          (await addWhole(content, name));
        need(id);
        return { id, outside };
      } catch (error) {
        lostBodies++;
        lostMessage = error instanceof Error ? error.message : "unknown error";
        return null;
      }
    }

    const kept: (KeptPayload | null)[] = [];
    for (const [place, content] of contents.entries())
      kept.push(await keep(content, wanted[place] ?? ""));

    return {
      kept,
      lost: () => ({ bodies: lostBodies, message: lostMessage }),
      async write(transaction) {
        await freeNames(transaction, blobless);
        await insertPayloads(transaction, [...added.values()]);
        await addRefs(transaction, moreRefs);
      },
      committed() {
        nextId = next;
        if (blobless.length > 0) outsideBytes = null;
        else if (outsideBytes !== null)
          for (const { data, stored: bytes } of added.values())
            if (data === null) outsideBytes += bytes;
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
      outsideBytes ??= await bytesOutside(db);
      return outsideBytes;
    },
    removed({ ids, bytes }) {
      if (ids.length > 0) recent.forget((body) => ids.includes(body.id));
      if (outsideBytes !== null) outsideBytes -= bytes;
    },
  };
}

function nameOf(bytes: Uint8Array): string {
  return CryptoHasher.hash("sha256", bytes, "hex").slice(0, nameDigits);
}

/** The keys under which a content may be stored: what is small never lies in the blob store. */
function keysOf(name: string, isLarge: boolean, recent: RecentNames): readonly string[] {
  const id = recent.id(name);
  const inRow = id === undefined ? [] : [payloadKey(name, id, true)];
  return isLarge ? [name, ...inRow] : inRow;
}
