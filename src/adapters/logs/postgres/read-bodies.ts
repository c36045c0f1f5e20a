// Bodies of a call put together again, out of segments in PostgreSQL and in the store of objects.
import { zstdDecompressSync } from "bun";
import type { CapturedBodies, CapturedBody } from "../../../domain/log/log-entry.ts";
import { type ObjectStore, ObjectStoreFailure } from "../../../ports/object-store.ts";
import { type CapturedKind, capturedKinds } from "../bodies/segment.ts";
import { storedBodies } from "../bodies/stored-bodies.ts";
import type { Run } from "./client.ts";
import { uuids } from "./write-calls.ts";

/** As a row says where its bodies lie. */
export interface PlacedBodies {
  readonly bodies: string | null;
  /** UUIDs; `bodies` names them by their places. */
  readonly segments: readonly string[];
}

export interface SegmentRow {
  readonly id: string;
  readonly packed: boolean;
  readonly object: string | null;
  readonly at: number | null;
  readonly length: number | null;
  readonly data: Uint8Array | null;
}

/** Of a row's bodies; what is stored of them is smaller, as a rule. */
export function bytesOf({ bodies }: PlacedBodies): number {
  const pieces = Object.values(storedBodies(bodies)).flatMap((body) => body.pieces ?? []);
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The segments of a row that are there. @param bytes that they may have */
export function readSegments(
  run: Run,
  { segments }: PlacedBodies,
  bytes: number,
): Promise<readonly SegmentRow[]> {
  return segments.length === 0
    ? Promise.resolve([])
    : run<SegmentRow>(
        `select id::text as id, packed, object, at, length, data from segments
          where id = any ($1::text::uuid[])`,
        [uuids(segments)],
        bytes,
      );
}

export interface ReadBodies {
  readonly bodies: CapturedBodies;
  /** Those that were captured but are not there, or not there yet: cut to nothing. */
  readonly lost: ReadonlySet<CapturedKind>;
}

/** Segments as they were before they were compressed; null: one cannot be had. */
export type UnpackedSegments = Map<SegmentRow, Promise<Uint8Array | null>>;

/**
 * @param objects null: there is none, and bodies that lie in one are lost
 * @param unpacked what other calls of the same rows have unpacked
 */
export async function putTogether(
  { bodies: text, segments }: PlacedBodies,
  rows: readonly SegmentRow[],
  objects: Pick<ObjectStore, "get"> | null,
  unpacked: UnpackedSegments = new Map(),
): Promise<ReadBodies> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const bytesOf = (row: SegmentRow) => {
    const known = unpacked.get(row) ?? segmentBytes(row, objects);
    unpacked.set(row, known);
    return known;
  };
  const lost = new Set<CapturedKind>();
  const bodies: Record<CapturedKind, CapturedBody | null> = {
    request: null,
    response: null,
    delivered: null,
  };
  const stored = storedBodies(text);
  for (const kind of capturedKinds) {
    const body = stored[kind];
    if (body === undefined) continue;
    if (body.pieces === null) {
      lost.add(kind);
      continue;
    }
    const needed = body.pieces.flatMap(({ segment }) => byId.get(segments[segment] ?? "") ?? []);
    // A partition that it lay in has gone.
    if (needed.length < body.pieces.length) continue;
    const found = await Promise.all(needed.map(bytesOf));
    if (found.includes(null)) {
      lost.add(kind);
      continue;
    }
    const chunks = body.pieces.map(
      ({ at, length }, place) => found[place]?.subarray(at, at + length) ?? new Uint8Array(),
    );
    bodies[kind] = { chunks, truncated: body.truncated };
  }
  return { bodies, lost };
}

/** null: it is not there, or the store of objects cannot be asked. The row is worth showing all the same. */
async function segmentBytes(
  { packed, object, at, length, data }: SegmentRow,
  objects: Pick<ObjectStore, "get"> | null,
): Promise<Uint8Array | null> {
  const stored = data ?? (await objectBytes(objects, object, at, length));
  return stored !== null && packed ? zstdDecompressSync(stored) : stored;
}

async function objectBytes(
  objects: Pick<ObjectStore, "get"> | null,
  key: string | null,
  at: number | null,
  length: number | null,
): Promise<Uint8Array | null> {
  if (objects === null || key === null || at === null || length === null) return null;
  try {
    const bytes = await objects.get(key, { at, length });
    return bytes?.length === length ? bytes : null;
  } catch (error) {
    if (error instanceof ObjectStoreFailure) return null;
    throw error;
  }
}
