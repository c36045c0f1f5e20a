// The contents of one batch: each is found among those stored before, or stored in the form that
// takes least room.
import { CryptoHasher } from "bun";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type {
  AddedPayload,
  Content,
  KeptPayload,
  PayloadChanges,
  PayloadTable,
  StoredPayload,
} from "./payload.ts";
import type { RecentBodies, RecentBody } from "./recent-bodies.ts";
import type { RecentNames } from "./recent-names.ts";
import { storageForm } from "./storage-form.ts";

/** Contents that the blob store did not take, and why. */
export interface LostBodies {
  readonly bodies: number;
  readonly message: string | null;
}

export interface PackedBatch {
  /** What became of each content, in their order; null where the blob store did not take it. */
  readonly kept: readonly (KeptPayload | null)[];
  readonly changes: PayloadChanges;
  readonly lost: LostBodies;
  /** The smallest id that is free after it. */
  readonly nextId: number;
}

export interface BatchParts {
  readonly table: Pick<PayloadTable, "find">;
  readonly blobs: BlobStore;
  readonly inlineLimit: number;
  readonly bodies: RecentBodies;
  readonly names: RecentNames;
  /** Free from here on. */
  readonly nextId: number;
}

/** Of the SHA-256 in hex. */
export const nameDigits = 32;

type Adding = { -readonly [K in keyof AddedPayload]: AddedPayload[K] };

/** Decides for a whole batch; blobs are put in place at once, so that no row names one that is not there. */
export async function packContents(
  contents: readonly Content[],
  { table, blobs, inlineLimit, bodies, names, nextId }: BatchParts,
): Promise<PackedBatch> {
  const wanted = contents.map(({ bytes }) => {
    const name = nameOf(bytes);
    return { name, isLarge: bytes.length > inlineLimit, recentId: names.id(name) };
  });
  const stored = await table.find(wanted);
  const added = new Map<string, Adding>();
  const addedById = new Map<number, Adding>();
  const known = new Map<string, StoredPayload | null>();
  const moreRefs = new Map<number, number>();
  const blobless: number[] = [];
  let lost: LostBodies = { bodies: 0, message: null };
  let next = nextId;

  function need(id: number): void {
    const own = addedById.get(id);
    if (own !== undefined) own.refs++;
    else moreRefs.set(id, (moreRefs.get(id) ?? 0) + 1);
  }

  async function findKnown(name: string): Promise<StoredPayload | null> {
    const before = known.get(name);
    if (before !== undefined) return before;
    const row = stored.get(name);
    if (row === undefined) return null;
    const isGone = row.outside && !(await blobs.has(row.rootName));
    if (isGone) {
      blobless.push(row.id);
      bodies.forget(({ root }) => root.id === row.root);
    }
    const found = isGone ? null : row;
    known.set(name, found);
    return found;
  }

  async function findBase(bytes: Uint8Array): Promise<RecentBody | null> {
    const base = bodies.alike(bytes);
    if (base === null || !base.root.outside || (await blobs.has(base.root.name))) return base;
    bodies.forget(({ root }) => root.id === base.root.id);
    return null;
  }

  async function add({ bytes, evolves }: Content, name: string): Promise<Adding> {
    const alike = evolves ? await findBase(bytes) : null;
    const form = storageForm(bytes, alike?.bytes ?? null, inlineLimit);
    const isOutside = form.where === "blob";
    if (isOutside) await blobs.put(name, form.data);
    const id = next++;
    const base = form.isDifference ? alike : null;
    if (base !== null) need(base.id);
    const root = base?.root ?? { id, outside: isOutside, name };
    if (evolves) bodies.add({ id, bytes, depth: base === null ? 0 : base.depth + 1, root });
    if (!isOutside) names.add(name, id);
    const payload: Adding = {
      id,
      name,
      data: isOutside ? null : form.data,
      stored: form.data.length,
      packed: form.packed,
      base: base?.id ?? null,
      root: root.id,
      outside: root.outside,
      refs: 0,
    };
    added.set(name, payload);
    addedById.set(id, payload);
    return payload;
  }

  async function keep(content: Content, name: string): Promise<KeptPayload | null> {
    try {
      const { id, outside } =
        added.get(name) ?? (await findKnown(name)) ?? (await add(content, name));
      need(id);
      return { id, outside };
    } catch (error) {
      const message = error instanceof Error ? error.message : "unknown error";
      lost = { bodies: lost.bodies + 1, message };
      return null;
    }
  }

  const kept: (KeptPayload | null)[] = [];
  for (const [index, content] of contents.entries())
    kept.push(await keep(content, wanted[index]?.name ?? ""));
  const changes = { added: [...added.values()], moreRefs, blobless };
  return { kept, changes, lost, nextId: next };
}

function nameOf(bytes: Uint8Array): string {
  return CryptoHasher.hash("sha256", bytes, "hex").slice(0, nameDigits);
}
