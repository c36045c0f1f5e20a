// Rows of older versions in the shared log get what new ones have, and count as they do: those that were there
// before this version, the newest first, and those that routers of an older version write beside this one.
import { ObjectStoreFailure, type ObjectStore } from "../../../ports/object-store.ts";
import type { CapturedBodies } from "../../../domain/log/log-entry.ts";
import type { SenseOf } from "../pipeline/log-engine.ts";
import { recordedCall } from "../rows/copied-call.ts";
import { apiRow, sensedRow, type StoredRow } from "../rows/stored-row.ts";
import type { Client } from "./client.ts";
import { lowestId } from "./id-times.ts";
import { isIndexMissing } from "./missing-indexes.ts";
import {
  bottom,
  leaseRound,
  leaseSeconds,
  type OlderCall,
  olderCalls,
  writeSensed,
} from "./older-rows.ts";
import { bytesOf, putTogether, readSegments } from "./read-bodies.ts";

export interface SenseOlderOptions {
  readonly client: Client;
  /** UUID of this router. */
  readonly instance: string;
  /** Where bodies may lie beside the database; null: nowhere. */
  readonly objects: Pick<ObjectStore, "get"> | null;
  /** The router's clock, epoch ms. */
  readonly now: () => number;
}

/** Rows that came later than this were written by a router that was away for longer: they stay as they are. */
const lookBackMs = 7 * 86_400_000;
/** After a call's end, within which its bodies may still be on their way to S3. */
const settleMs = 60_000;
/** Calls whose bodies are read at a time, and their bytes: of many, and all of them may be large. */
const readTogether = { calls: 16, bytes: 8_000_000 };

/** Where a round is. */
interface Round {
  /** Epoch ms by this router's clock until which no other one begins. */
  leasedUntil: number;
  /** Epoch ms: calls that had ended by then are looked through. */
  readonly ended: number;
  /** Ranges that are left, the first of which is under way; `isNew`: of rows that came since the last round. */
  readonly ranges: { from: string | null; before: string | null; readonly isNew: boolean }[];
}

/** @returns takes a step, as LogUpkeep says of `senseOlder` */
export function createSenseOlder({ client, instance, objects, now }: SenseOlderOptions) {
  let round: Round | null = null;

  /** null: there is nothing to do here, or not yet. */
  async function begin(): Promise<Round | null> {
    // Without its index, each step would go through all rows that are not older.
    if (await isIndexMissing(client.run)) return null;
    const leasedUntil = now() + leaseMs;
    const found = await leaseRound(client.run, instance);
    if (found === null) return null;
    const { below } = found;
    const recent = lowestId(found.now - lookBackMs);
    const rest = { from: null, before: below, isNew: false };
    if (below === null) return { leasedUntil, ended: found.now - settleMs, ranges: [rest] };
    const since = { from: below > recent ? below : recent, before: null, isNew: true };
    return {
      leasedUntil,
      ended: found.now - settleMs,
      ranges: below === bottom ? [since] : [since, rest],
    };
  }

  async function step(limit: number, senseOf: SenseOf): Promise<boolean> {
    round ??= await begin();
    if (round === null || !(await isStillOwn(round))) return false;
    const [range] = round.ranges;
    if (range === undefined) return false;
    const calls = await olderCalls(client, range, round.ended, limit);
    const sensed: StoredRow[] = [];
    for (const some of together(calls)) {
      const bodies = await bodiesOf(some);
      for (const [at, { row }] of some.entries())
        sensed.push(
          row.who === null
            ? sensedRow(row, await senseOf(recordedCall(apiRow(row), bodies[at] ?? noBodies)))
            : row,
        );
    }
    const isThrough = calls.length < limit;
    const last = isThrough ? bottom : (calls.at(-1)?.row.id ?? bottom);
    await writeSensed(client, instance, sensed, range.isNew ? null : last);
    range.before = last;
    if (isThrough) round.ranges.shift();
    return round.ranges.length > 0;
  }

  /** Whether no other router has begun, as it may where steps take long. */
  async function isStillOwn(own: Round): Promise<boolean> {
    if (now() < own.leasedUntil) return true;
    own.leasedUntil = now() + leaseMs;
    return (await leaseRound(client.run, instance)) !== null;
  }

  /**
   * As far as they are there. Rejects where S3 cannot be asked just now: what is understood without them
   * is not looked at again.
   */
  async function bodiesOf(calls: readonly OlderCall[]): Promise<readonly CapturedBodies[]> {
    const segments = [...new Set(calls.flatMap((call) => call.segments))];
    const bytes = calls.reduce((sum, call) => sum + bytesOf(call), 0);
    const rows = await readSegments(client.run, { bodies: null, segments }, bytes);
    const failed: ObjectStoreFailure[] = [];
    const watched: Pick<ObjectStore, "get"> | null = objects && {
      async get(key, range) {
        try {
          return await objects.get(key, range);
        } catch (error) {
          if (error instanceof ObjectStoreFailure && error.kind === "passing") failed.push(error);
          throw error;
        }
      },
    };
    const read = await Promise.all(
      calls.map(async (call) => {
        try {
          return (await putTogether(call, rows, watched)).bodies;
        } catch {
          // Damaged: it is worth no more than one that is not there.
          return noBodies;
        }
      }),
    );
    const [failure] = failed;
    if (failure !== undefined) throw failure;
    return read;
  }

  return async (limit: number, senseOf: SenseOf): Promise<boolean> => {
    let isMore = false;
    try {
      isMore = await step(limit, senseOf);
    } finally {
      if (!isMore) round = null;
    }
    return isMore;
  };
}

/** A part of the lease, as the server's clock may be a little quicker. */
const leaseMs = leaseSeconds * 500;

const noBodies: CapturedBodies = { request: null, response: null };

/** Neighbours whose bodies are read together. */
function together(calls: readonly OlderCall[]): readonly (readonly OlderCall[])[] {
  const groups: OlderCall[][] = [];
  let bytes = 0;
  for (const call of calls) {
    const own = bytesOf(call);
    const group = groups.at(-1);
    if (
      group === undefined ||
      group.length === readTogether.calls ||
      bytes + own > readTogether.bytes
    ) {
      groups.push([call]);
      bytes = own;
    } else {
      group.push(call);
      bytes += own;
    }
  }
  return groups;
}
