// The bodies of one batch as segments: what each shares with the turn before it is left out, and the
// rest is compressed together.
import { randomUUIDv7, zstdCompressSync } from "bun";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { RecentBody, RecentTurn, RecentTurns } from "./recent-turns.ts";
import {
  type CapturedKind,
  type StoredPiece,
  type Segment,
  type TurnContents,
  type TurnPieces,
  capturedKinds,
} from "./segment.ts";
import { sharedParts } from "./shared-parts.ts";

export interface PackedSegments {
  /** Of each turn, in their order. */
  readonly turns: readonly TurnPieces[];
  readonly segments: readonly Segment[];
  /** Epoch ms until which each segment is needed, those of earlier batches among them. */
  readonly neededUntil: ReadonlyMap<number, number>;
  readonly lost: { readonly bodies: number; readonly message: string | null };
  /** The smallest id that is free after it. */
  readonly nextId: number;
}

export interface PackParts {
  readonly recent: RecentTurns;
  readonly blobs: BlobStore;
  /** Bytes; of a larger body what is new goes to the blob store. */
  readonly inlineLimit: number;
  /** Free from here on. */
  readonly nextId: number;
  /** Whether an earlier segment can be read. */
  readonly isThere: (segment: number) => Promise<boolean>;
}

/**
 * Bytes of a segment before it is compressed; one body may be larger. Reading a body unpacks all
 * segments that hold its pieces: unpacking this size once for each piece must take milliseconds.
 */
const maxRaw = 64 * 1024;
/** Likewise in the blob store, where each is a file. */
const maxRawOutside = 256 * 1024;
const maxPieces = 32;
/** Shorter ones gain nothing. */
const minPacked = 64;

interface Building {
  readonly id: number;
  readonly failed: boolean;
  readonly outside: boolean;
  readonly runs: Uint8Array[];
  length: number;
}

/** Blobs are put in place at once, so that no row names one that is not there. */
export async function packSegments(
  turns: readonly TurnContents[],
  { recent, blobs, inlineLimit, nextId, isThere }: PackParts,
): Promise<PackedSegments> {
  const built: Building[] = [];
  const open = new Map<string, Building>();
  const neededUntil = new Map<number, number>();
  let next = nextId;

  function place(run: Uint8Array, failed: boolean, outside: boolean): StoredPiece {
    const lane = `${failed} ${outside}`;
    let segment = open.get(lane);
    const most = outside ? maxRawOutside : maxRaw;
    if (segment === undefined || (segment.length > 0 && segment.length + run.length > most)) {
      segment = { id: next++, failed, outside, runs: [], length: 0 };
      open.set(lane, segment);
      built.push(segment);
    }
    const piece = { segment: segment.id, at: segment.length, length: run.length };
    segment.runs.push(run);
    segment.length += run.length;
    return piece;
  }

  const there = new Map<number, boolean>();

  /** Nothing removes segments while a batch is packed: each is looked for once. */
  async function canBeRead({ bodies }: RecentTurn): Promise<boolean> {
    for (const kind of capturedKinds)
      for (const { segment } of bodies[kind]?.pieces ?? []) {
        if (segment >= nextId || there.get(segment) === true) continue;
        there.set(segment, await isThere(segment));
        if (there.get(segment) === true) continue;
        recent.forget(new Set([segment]));
        return false;
      }
    return true;
  }

  function piecesOf(
    body: Buffer,
    failed: boolean,
    earlier: RecentBody | undefined,
  ): readonly StoredPiece[] {
    if (earlier !== undefined) {
      if (body.equals(earlier.bytes)) return earlier.pieces;
      const parts = sharedParts(body, earlier.bytes);
      const kept = parts.filter(({ shared }) => shared);
      const taken = kept.map(({ at, length }) => cut(earlier.pieces, at, length));
      const count = taken.reduce((sum, pieces) => sum + pieces.length, parts.length - kept.length);
      if (kept.length > 0 && count <= maxPieces) {
        const own = parts.reduce((sum, { shared, length }) => sum + (shared ? 0 : length), 0);
        const outside = own > inlineLimit;
        return parts.flatMap(({ shared, at, length }) =>
          shared
            ? cut(earlier.pieces, at, length)
            : [place(body.subarray(at, at + length), failed, outside)],
        );
      }
    }
    return body.length === 0 ? [] : [place(body, failed, body.length > inlineLimit)];
  }

  const found: Partial<Record<CapturedKind, readonly StoredPiece[] | null>>[] = [];
  for (const { failed, timestamp, bodies } of turns) {
    const { request } = bodies;
    let earlier = request === null ? null : recent.alike(asBuffer(request), failed);
    if (earlier !== null && !(await canBeRead(earlier))) earlier = null;
    const own: Partial<Record<CapturedKind, RecentBody>> = {};
    const pieces: Partial<Record<CapturedKind, readonly StoredPiece[] | null>> = {};
    let repeats = true;
    for (const kind of capturedKinds) {
      const bytes = bodies[kind];
      const before = earlier?.bodies[kind];
      if (bytes === null) continue;
      const body = asBuffer(bytes);
      const placed = piecesOf(body, failed, before);
      own[kind] = { bytes: body, pieces: placed };
      pieces[kind] = placed;
      repeats &&= placed === before?.pieces;
      for (const { segment } of placed)
        neededUntil.set(segment, Math.max(neededUntil.get(segment) ?? timestamp, timestamp));
    }
    // One that repeats another wholly is remembered as that.
    if (own.request !== undefined && !repeats) recent.add({ failed, bodies: own });
    found.push(pieces);
  }

  const segments: Segment[] = [];
  const gone = new Set<number>();
  let message: string | null = null;
  for (const { id, failed, outside, runs } of built) {
    const [only] = runs;
    const raw = runs.length === 1 && only !== undefined ? only : Buffer.concat(runs);
    const smaller = raw.length < minPacked ? raw : zstdCompressSync(raw);
    // Images and audio do not shrink; they are then read without unpacking.
    const packed = smaller.length < raw.length * 0.95;
    const data = packed ? smaller : raw;
    const name = outside ? blobName() : null;
    try {
      if (name !== null) await blobs.put(name, data, failed);
      segments.push({ id, failed, name, data, packed });
    } catch (error) {
      message = error instanceof Error ? error.message : "unknown error";
      gone.add(id);
      neededUntil.delete(id);
    }
  }
  let bodies = 0;
  if (gone.size > 0) {
    recent.forget(gone);
    for (const turn of found)
      for (const [kind, pieces] of Object.entries(turn) as [
        CapturedKind,
        readonly StoredPiece[],
      ][]) {
        if (!pieces.some(({ segment }) => gone.has(segment))) continue;
        turn[kind] = null;
        bodies++;
      }
  }
  return { turns: found, segments, neededUntil, lost: { bodies, message }, nextId: next };
}

/** Where a run of a body lies, given where the body does. */
function cut(pieces: readonly StoredPiece[], at: number, length: number): readonly StoredPiece[] {
  const found: StoredPiece[] = [];
  let start = 0;
  for (const piece of pieces) {
    const from = Math.max(at, start);
    const to = Math.min(at + length, start + piece.length);
    if (to > from)
      found.push({ segment: piece.segment, at: piece.at + from - start, length: to - from });
    start += piece.length;
  }
  return found;
}

/** Spread over the blob store's parts, which a name's first digits choose. */
function blobName(): string {
  return randomUUIDv7().replaceAll("-", "").split("").toReversed().join("");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
