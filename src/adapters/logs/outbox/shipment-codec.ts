// Batches as bytes, as they wait in the outbox: rows in one part, what may be given up before them in
// another.
import { zstdCompressSync, zstdDecompressSync } from "bun";
import { capturedKinds } from "../bodies/segment.ts";
import { type StoredBodies, rewrittenBodies, storedBodies } from "../bodies/stored-bodies.ts";
import { type StoredRow, rowColumns, rowOfValues } from "../rows/stored-row.ts";
import type {
  Shipment,
  ShippedAnswer,
  ShippedCall,
  ShippedItem,
  ShippedSegment,
} from "./shipment.ts";

/** Its parts, of which the second may be lost. */
export interface PackedShipment {
  readonly data: Uint8Array;
  /** Segments, answers and their items; null: there are none, or they were given up. */
  readonly bodies: Uint8Array | null;
}

type Values = readonly StoredRow[keyof StoredRow][];

interface PackedRows {
  readonly ends: readonly (readonly [
    row: Values,
    bodies: string | null,
    segments: readonly string[],
    words: string | null,
  ])[];
  readonly starts: readonly Values[];
  /** Ids of the batch's own segments. */
  readonly segments: readonly string[];
}

interface PackedBodies {
  readonly segments: readonly (readonly [
    id: string,
    packed: boolean,
    /** Bytes that follow; null: they are in an object. */
    length: number | null,
    object: ShippedSegment["object"],
  ])[];
  readonly answers: readonly ShippedAnswer[];
  readonly items: readonly (readonly [item: Omit<ShippedItem, "data">, length: number])[];
}

/** What is packed is packed again only where it is text. */
const level = 1;

export function packShipment(shipment: Omit<Shipment, "seq">): PackedShipment {
  const { ends, starts, segments, answers, items } = shipment;
  const rows: PackedRows = {
    ends: ends.map(({ row, bodies, segments: own, words }) => [
      valuesOf(row),
      bodies,
      own,
      words.length === 0 ? null : words.join(" "),
    ]),
    starts: starts.map(valuesOf),
    segments: segments.map(({ id }) => id),
  };
  const hasBodies = segments.length + answers.length + items.length > 0;
  return { data: packJson(rows), bodies: hasBodies ? packBodies(shipment) : null };
}

function packBodies({ segments, answers, items }: Omit<Shipment, "seq">): Uint8Array {
  const head: PackedBodies = {
    segments: segments.map(({ id, packed, data, object }) => [
      id,
      packed,
      data === null ? null : data.length,
      object,
    ]),
    answers,
    items: items.map(({ data, ...item }) => [item, data.length]),
  };
  const packed = packJson(head);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, packed.length);
  return Buffer.concat([
    length,
    packed,
    ...segments.map(({ data }) => data ?? new Uint8Array()),
    ...items.map(({ data }) => data),
  ]);
}

/** A call whose bodies were given up says that they could not be stored. */
export function unpackShipment(seq: number, { data, bodies }: PackedShipment): Shipment {
  const rows = unpackJson(data) as PackedRows;
  const lost = new Set(bodies === null ? rows.segments : []);
  return {
    seq,
    ends: rows.ends.map(([values, written, segments, words]) =>
      without(lost, {
        row: rowOfValues(values),
        bodies: written,
        segments,
        words: words?.split(" ") ?? [],
      }),
    ),
    starts: rows.starts.map(rowOfValues),
    ...(bodies === null ? { segments: [], answers: [], items: [] } : unpackBodies(bodies)),
  };
}

/** Ids of the calls that end in a batch. */
export function endsIn(data: Uint8Array): readonly string[] {
  return (unpackJson(data) as PackedRows).ends.map(([values]) => rowOfValues(values).id);
}

function unpackBodies(bytes: Uint8Array): Pick<Shipment, "segments" | "answers" | "items"> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0);
  const head = unpackJson(bytes.subarray(4, at)) as PackedBodies;
  const next = (length: number) => bytes.subarray(at, (at += length));
  return {
    segments: head.segments.map(([id, packed, length, object]) => ({
      id,
      packed,
      data: length === null ? null : next(length),
      object,
    })),
    answers: head.answers,
    items: head.items.map(([item, length]) => ({ ...item, data: next(length) })),
  };
}

function without(lost: ReadonlySet<string>, call: ShippedCall): ShippedCall {
  if (!call.segments.some((id) => lost.has(id))) return call;
  const kept: StoredBodies = {};
  const bodies = storedBodies(call.bodies);
  const isLost = (segment: number) => lost.has(call.segments[segment] ?? "");
  for (const kind of capturedKinds) {
    const body = bodies[kind];
    if (body === undefined) continue;
    const gone = body.pieces?.some(({ segment }) => isLost(segment)) ?? true;
    kept[kind] = gone ? { ...body, pieces: null } : body;
  }
  return { ...call, bodies: rewrittenBodies(kept) };
}

function valuesOf(row: StoredRow): Values {
  return rowColumns.map((column) => row[column]);
}

function packJson(value: PackedRows | PackedBodies): Uint8Array {
  return zstdCompressSync(Buffer.from(JSON.stringify(value)), { level });
}

function unpackJson(bytes: Uint8Array): unknown {
  return JSON.parse(zstdDecompressSync(bytes).toString()) as unknown;
}
