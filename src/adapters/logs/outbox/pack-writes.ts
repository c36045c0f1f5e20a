// A batch of calls on its way into the outbox: read, packed, and divided into what is given up at
// different times when the spool fills up.
import { randomUUIDv7 } from "bun";
import { wordsOf } from "../../../domain/log/words-of.ts";
import type { BlobStore } from "../../../ports/blob-store.ts";
import { type PackedSegments, packSegments } from "../bodies/pack-segments.ts";
import { createRecentTurns } from "../bodies/recent-turns.ts";
import { capturedKinds, type TurnPieces } from "../bodies/segment.ts";
import { writtenBodies } from "../bodies/stored-bodies.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { writtenText } from "../rows/indexed-text.ts";
import { answersIn } from "../rows/kept-answer-rows.ts";
import { contentsOf, onceEach } from "../rows/once-each.ts";
import { storedRow } from "../rows/stored-row.ts";
import { createObjectPlaces } from "./object-places.ts";
import { packAnswers } from "./pack-answers.ts";
import type { Shipment, ShippedCall, ShippedSegment } from "./shipment.ts";
import { packShipment, type PackedShipment } from "./shipment-codec.ts";

export type BatchKind = "starts" | "successes" | "failures";

/** A part of an object that is to lie in S3. */
export interface ObjectPart {
  readonly key: string;
  readonly at: number;
  readonly data: Uint8Array;
  /** Bodies that are lost with it. */
  readonly bodyCount: number;
}

/** What is removed together. */
export interface PackedBatch extends PackedShipment {
  readonly kind: BatchKind;
  /** Ends of calls. */
  readonly rows: number;
  readonly starts: number;
  /** Bodies that are lost with its bodies. */
  readonly bodyCount: number;
  readonly objects: readonly ObjectPart[];
}

export interface PackedFlush {
  /** In the order in which they are written; none that is empty. */
  readonly batches: readonly PackedBatch[];
  /** Bodies that were left out. */
  readonly leftOut: number;
  /** It is in the outbox: what it holds need not be shipped again. */
  readonly committed: () => void;
}

export interface WritePacker {
  /** @param withBodies whether bodies of successes, and starts, are taken in */
  pack(batch: readonly LogWrite[], withBodies: boolean): Promise<PackedFlush>;
  /** Nothing that was packed before is leant on: some of it may be lost. */
  forget(): void;
  /** See ObjectPlaces. */
  readonly isWhole: (objectKey: string) => boolean;
  /** Nothing more is added to the objects that are open. */
  closeObjects(): void;
}

export interface WritePackerOptions {
  /** Bytes; of a larger body what is new goes to S3. null: there is none. */
  readonly inlineLimit: number | null;
  /** Epoch ms. */
  readonly now: () => number;
}

/** What leans on something older would lose it before its own time: partitions are removed whole, by this. */
const spanMs = 6 * 3_600_000;
/** More than the turns remembered have pieces of. */
const maxKnownSegments = 20_000;
const maxKnownItems = 50_000;

/** Their bytes come back with their segments. */
const elsewhere: BlobStore = {
  put: async () => undefined,
  get: async () => null,
  has: async () => false,
  remove: async () => undefined,
  list: async () => [],
};

export function createWritePacker({ inlineLimit, now }: WritePackerOptions): WritePacker {
  const recent = createRecentTurns();
  const places = {
    successes: createObjectPlaces((time) => randomUUIDv7("hex", time)),
    failures: createObjectPlaces((time) => randomUUIDv7("hex", time)),
  };
  /** Ids by the numbers that packing gives. */
  const segmentIds = new Map<number, string>();
  const knownItems = new Set<string>();
  let nextId = 1;
  let span = 0;

  function forget(): void {
    recent.clear();
    segmentIds.clear();
    knownItems.clear();
  }

  function shippedSegment(
    { id, name, packed, data }: PackedSegments["segments"][number],
    kind: "successes" | "failures",
    time: number,
    bodyCount: number,
  ): { readonly segment: ShippedSegment; readonly part: ObjectPart | null } {
    const uuid = segmentIds.get(id) ?? "";
    if (name === null) return { segment: { id: uuid, packed, data, object: null }, part: null };
    const place = places[kind].place(data.length, time);
    const object = { ...place, length: data.length };
    return {
      segment: { id: uuid, packed, data: null, object },
      part: { ...place, data, bodyCount },
    };
  }

  function batchOf(
    kind: "successes" | "failures",
    writes: readonly LogWrite[],
    turns: readonly TurnPieces[],
    packed: PackedSegments,
    time: number,
    withBodies: boolean,
  ): PackedBatch & Pick<Shipment, "items"> {
    const own = packed.segments.filter(({ failed }) => failed === (kind === "failures"));
    const fresh = new Set(own.map(({ id }) => id));
    const outside = new Set(own.filter(({ name }) => name !== null).map(({ id }) => id));
    const inObjects = bodiesBySegment(turns, outside);
    const placed = own.map((segment) =>
      shippedSegment(segment, kind, time, inObjects.get(segment.id) ?? 0),
    );
    const ends = writes.map((write, at) => shippedCall(write, turns[at] ?? {}, segmentIds));
    const segments = placed.map(({ segment }) => segment);
    const { answers, items } = packAnswers(withBodies ? answersIn(writes) : [], (key) =>
      knownItems.has(key),
    );
    const shipped = packShipment({ ends, starts: [], segments, answers, items });
    const objects = placed.flatMap(({ part }) => part ?? []);
    const bodyCount = [...bodiesBySegment(turns, fresh).values()].reduce((a, b) => a + b, 0);
    return { kind, rows: ends.length, starts: 0, bodyCount, objects, items, ...shipped };
  }

  return {
    async pack(batch, withBodies) {
      const time = now();
      if (Math.floor(time / spanMs) !== span) forget();
      span = Math.floor(time / spanMs);
      const all = onceEach(batch);
      const starts = withBodies ? all.filter(({ entry }) => entry.state === "inflight") : [];
      const ends = all.filter(({ entry }) => entry.state !== "inflight");
      const isFailure = ({ entry }: LogWrite) => entry.state === "failed";
      const keepsBodies = (write: LogWrite) => withBodies || isFailure(write);
      const packed = await packSegments(ends.filter(keepsBodies).map(contentsOf), {
        recent,
        blobs: elsewhere,
        inlineLimit: inlineLimit ?? Number.MAX_SAFE_INTEGER,
        nextId,
        isThere: async (segment) => segmentIds.has(segment),
      });
      nextId = packed.nextId;
      for (const { id } of packed.segments) segmentIds.set(id, randomUUIDv7("hex", time));
      const taken = [...packed.turns];
      let leftOut = 0;
      const turns = ends.map((write): TurnPieces => {
        if (keepsBodies(write)) return taken.shift() ?? {};
        const lost = lostPieces(write);
        leftOut += Object.keys(lost).length;
        return lost;
      });
      const batches: (PackedBatch & Partial<Pick<Shipment, "items">>)[] = [];
      if (starts.length > 0) batches.push(startsBatch(starts));
      for (const kind of ["successes", "failures"] as const) {
        const chosen = [...ends.keys()].filter(
          (at) => ends[at] !== undefined && isFailure(ends[at]) === (kind === "failures"),
        );
        if (chosen.length === 0) continue;
        const writes = chosen.flatMap((at) => ends[at] ?? []);
        const own = chosen.map((at) => turns[at] ?? {});
        const keeps = withBodies || kind === "failures";
        batches.push(batchOf(kind, writes, own, packed, time, keeps));
      }
      while (segmentIds.size > maxKnownSegments) removeFirst(segmentIds);
      return {
        batches,
        leftOut,
        committed: () => {
          for (const { items = [] } of batches) for (const { key } of items) knownItems.add(key);
          while (knownItems.size > maxKnownItems) removeFirst(knownItems);
        },
      };
    },
    forget,
    closeObjects() {
      places.successes.close();
      places.failures.close();
    },
    isWhole: (key) => places.successes.isWhole(key, now()) && places.failures.isWhole(key, now()),
  };
}

function startsBatch(starts: readonly LogWrite[]): PackedBatch {
  const shipment = {
    ends: [],
    starts: starts.map(storedRow),
    segments: [],
    answers: [],
    items: [],
  };
  const kind = "starts";
  return {
    kind,
    rows: 0,
    starts: starts.length,
    bodyCount: 0,
    objects: [],
    ...packShipment(shipment),
  };
}

/** Segments are named by their places in the call's own list. */
function shippedCall(
  write: LogWrite,
  turn: TurnPieces,
  ids: ReadonlyMap<number, string>,
): ShippedCall {
  const numbers: number[] = [];
  const own: { -readonly [K in keyof TurnPieces]: TurnPieces[K] } = {};
  for (const kind of capturedKinds) {
    const pieces = turn[kind];
    if (pieces === undefined) continue;
    own[kind] =
      pieces?.map(({ segment, at, length }) => {
        const known = numbers.indexOf(segment);
        return { segment: known < 0 ? numbers.push(segment) - 1 : known, at, length };
      }) ?? null;
  }
  return {
    row: storedRow(write),
    bodies: writtenBodies(write.bodies, own, null),
    segments: numbers.map((number) => ids.get(number) ?? ""),
    words: wordsOf(writtenText(write)),
  };
}

function lostPieces({ bodies }: LogWrite): TurnPieces {
  const had = capturedKinds.filter((kind) => (bodies[kind] ?? null) !== null);
  return Object.fromEntries(had.map((kind) => [kind, null]));
}

/** Bodies that lie in these segments, be it in part: each counts for the first that it needs. */
function bodiesBySegment(
  turns: readonly TurnPieces[],
  segments: ReadonlySet<number>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const turn of turns)
    for (const kind of capturedKinds) {
      const first = turn[kind]?.find(({ segment }) => segments.has(segment));
      if (first !== undefined) counts.set(first.segment, (counts.get(first.segment) ?? 0) + 1);
    }
  return counts;
}

function removeFirst(known: Map<number, string> | Set<string>): void {
  for (const key of known.keys()) {
    known.delete(key as never);
    return;
  }
}
