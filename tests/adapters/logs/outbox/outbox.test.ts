// What waits in the outbox, what leaves it, and that what is given up is counted to the row.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createOutbox, type Outbox } from "../../../../src/adapters/logs/outbox/outbox.ts";
import { openOutboxFile } from "../../../../src/adapters/logs/outbox/outbox-file.ts";
import { createWritePacker } from "../../../../src/adapters/logs/outbox/pack-writes.ts";
import { unpackShipment } from "../../../../src/adapters/logs/outbox/shipment-codec.ts";
import { takesBodies } from "../../../../src/adapters/logs/outbox/spool-room.ts";
import { closeConnection } from "../../../../src/adapters/logs/sqlite-file/run-sql.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { createRandom, type Random } from "../../../lab/random.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const roomy = 1e9;

async function inMemory(maxBytes: number, inlineLimit: number | null = null) {
  const { db } = await openOutboxFile(":memory:", noon);
  const packer = createWritePacker({ inlineLimit, now: () => noon });
  const outbox = createOutbox(db, maxBytes);
  return {
    db,
    outbox,
    write: async (batch: readonly LogWrite[]) => {
      const { bytes } = outbox.figures();
      const flush = await packer.pack(batch, takesBodies(bytes, maxBytes));
      const losses = outbox.put(flush.batches, noon);
      flush.committed();
      if (losses.ends.length + losses.bodies > 0) packer.forget();
      return { ends: losses.ends, bodies: losses.bodies + flush.leftOut };
    },
  };
}

function waitingIn(outbox: Outbox) {
  const found: string[] = [];
  for (let after = 0; ;) {
    const batches = outbox.next(after, 100_000);
    for (const batch of batches) {
      for (const { row } of unpackShipment(batch.seq, batch).ends) found.push(row.id);
      after = batch.seq;
    }
    if (batches.length === 0) return found;
  }
}

const calls = (from: number, to: number, own = {}) =>
  Array.from({ length: to - from }, (_, at) =>
    logWrite({ id: idAt(noon, from + at), ...own }, { request: captured(`body ${from + at}`) }),
  );

describe("what waits", () => {
  test("is there again after a stop, in its order, with numbers that are never used twice", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const packer = createWritePacker({ inlineLimit: null, now: () => noon });
      const seqs: number[] = [];
      const expected: string[] = [];
      for (let stop = 0; stop < 4; stop++) {
        const { db } = await openOutboxFile(path, noon);
        const outbox = createOutbox(db, roomy);
        expect(waitingIn(outbox)).toEqual(expected);
        expect(outbox.figures().rows).toBe(expected.length);
        const { batches } = await packer.pack(calls(10 * stop, 10 * stop + 5), true);
        outbox.put(batches, noon + stop);
        expected.push(...calls(10 * stop, 10 * stop + 5).map(({ entry }) => entry.id));
        expect(waitingIn(outbox)).toEqual(expected);
        seqs.push(outbox.newest());
        if (stop === 1) {
          outbox.arrived(outbox.newest());
          expected.length = 0;
          expect(outbox.figures()).toEqual({ rows: 0, bytes: 0, oldestAt: null });
        }
        closeConnection(db);
      }
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
      expect(seqs).toHaveLength(4);
    }));

  test("comes out in portions, one batch at least", async () => {
    const { outbox, write, db } = await inMemory(roomy);
    for (let at = 0; at < 5; at++) await write(calls(at, at + 1));
    expect(outbox.next(0, 1).map(({ seq }) => seq)).toEqual([1]);
    expect(outbox.next(1, roomy).map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    expect(outbox.next(5, roomy)).toEqual([]);
    outbox.arrived(3);
    expect(outbox.next(0, roomy).map(({ seq }) => seq)).toEqual([4, 5]);
    expect(outbox.figures()).toMatchObject({ rows: 2, oldestAt: noon });
    closeConnection(db);
  });

  test("for S3 comes out whole, the oldest first, and goes when it has arrived", async () => {
    const { outbox, write, db } = await inMemory(roomy, 10);
    const large = (at: number) =>
      logWrite({ id: idAt(noon, at) }, { request: captured(`${at} `.repeat(400)) });
    await write([large(1), large(2)]);
    await write([large(3)]);
    outbox.arrived(outbox.newest());
    const [key = ""] = outbox.objectKeys(3);
    const { length } = outbox.object(key);
    expect(outbox.figures()).toEqual({ rows: 0, bytes: length, oldestAt: noon });
    outbox.objectArrived(key);
    expect(outbox.figures()).toEqual({ rows: 0, bytes: 0, oldestAt: null });
    await write([large(4)]);
    expect(outbox.removeObjects(noon)).toEqual({ ends: [], bodies: 0 });
    expect(outbox.removeObjects(noon + 1)).toEqual({ ends: [], bodies: 1 });
    expect(outbox.objectKeys(3)).toEqual([]);
    closeConnection(db);
  });
});

describe("a spool that is full", () => {
  function randomFlush(random: Random, made: { count: number }) {
    return Array.from({ length: random.int(1, 6) }, () => {
      const id = idAt(noon, made.count++);
      if (random.chance(0.2)) return { ...logWrite(), entry: startedEntry({ id }) };
      const state = random.chance(0.3) ? ("failed" as const) : ("completed" as const);
      // Not to be made smaller.
      const body = Uint8Array.from({ length: random.int(0, 3_000) }, () => random.int(0, 255));
      return logWrite({ id, state }, random.chance(0.3) ? {} : { request: captured(body) });
    });
  }

  for (const inlineLimit of [null, 1_000])
    test(`loses what it counts, to the row${inlineLimit === null ? "" : ", with objects for S3"}`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const random = createRandom(seed);
        const maxBytes = random.int(2_000, 60_000);
        const { outbox, write, db } = await inMemory(maxBytes, inlineLimit);
        const made = { count: 0 };
        const written = new Map<string, LogWrite>();
        const lost = new Set<string>();
        const arrived = new Set<string>();
        let sent = 0;
        for (let turn = 0; turn < 120; turn++) {
          const flush = randomFlush(random, made);
          for (const one of flush)
            if (one.entry.state !== "inflight") written.set(one.entry.id, one);
          const { ends } = await write(flush);
          for (const id of ends) {
            expect(lost.has(id) || arrived.has(id)).toBe(false);
            lost.add(id);
          }
          const failed = (id: string) => written.get(id)?.entry.state === "failed";
          if (ends.some(failed)) {
            // Only what may have been sent already is not given up for an error's row.
            const left = waitingAfter(outbox, sent);
            expect(left.filter((id) => !failed(id))).toEqual([]);
          }
          if (sent === 0) expect(outbox.figures().bytes).toBeLessThanOrEqual(maxBytes);
          if (random.chance(0.05)) {
            const [batch] = outbox.next(0, 1);
            if (batch !== undefined) outbox.offered((sent = batch.seq));
          }
          if (sent > 0 && random.chance(0.3)) {
            for (const batch of outbox.next(0, 1))
              for (const { row } of unpackShipment(batch.seq, batch).ends) arrived.add(row.id);
            outbox.arrived(sent);
            sent = 0;
          }
          const waiting = waitingIn(outbox);
          expect(outbox.figures().rows).toBe(waiting.length);
          expect(new Set([...waiting, ...arrived]).size + lost.size).toBe(written.size);
        }
        expect(lost.size).toBeGreaterThan(0);
        closeConnection(db);
      }
    });

  function waitingAfter(outbox: Outbox, seq: number): readonly string[] {
    return outbox
      .next(seq, roomy)
      .flatMap((batch) => unpackShipment(batch.seq, batch).ends.map(({ row }) => row.id));
  }

  test("keeps what may have been sent, after a restart as well", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const packer = createWritePacker({ inlineLimit: null, now: () => noon });
      const fill = async (outbox: Outbox, from: number) =>
        outbox.put((await packer.pack(calls(from, from + 8), true)).batches, noon).ends.length;
      const first = await openOutboxFile(path, noon);
      const before = createOutbox(first.db, 6_000);
      await fill(before, 0);
      before.offered(before.newest());
      closeConnection(first.db);
      const { db } = await openOutboxFile(path, noon);
      const outbox = createOutbox(db, 600);
      expect(await fill(outbox, 100)).toBe(8);
      expect(waitingIn(outbox)).toHaveLength(8);
      closeConnection(db);
    }));

  test("whose disk takes nothing keeps its figures as they were", async () => {
    const { outbox, write, db } = await inMemory(roomy);
    await write(calls(0, 3));
    const before = outbox.figures();
    db.run("pragma max_page_count = 1");
    const body = crypto.getRandomValues(new Uint8Array(60_000));
    const full = await write([logWrite({}, { request: captured(body) })]).catch(
      (error: unknown) => error,
    );
    expect(full).toMatchObject({ code: "SQLITE_FULL" });
    expect(outbox.figures()).toEqual(before);
    closeConnection(db);
  });
});
