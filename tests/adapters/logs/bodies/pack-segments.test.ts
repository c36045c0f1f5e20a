// The bodies of batches as segments: every body reads back, a turn costs what it adds, and errors
// never need what successes left.
import { describe, expect, test } from "bun:test";
import { zstdDecompressSync } from "bun";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import { packSegments } from "../../../../src/adapters/logs/bodies/pack-segments.ts";
import { createRecentTurns } from "../../../../src/adapters/logs/bodies/recent-turns.ts";
import type {
  StoredPiece,
  Segment,
  TurnContents,
} from "../../../../src/adapters/logs/bodies/segment.ts";
import type { BlobStore } from "../../../../src/ports/blob-store.ts";
import { createRandom } from "../../../lab/random.ts";

const random = createRandom(5);
const text = (length: number): string =>
  Array.from({ length }, () => random.int(0, 35).toString(36)).join("");

function turn(request: string, response: string | null = null, failed = false): TurnContents {
  const bytes = (body: string | null) => (body === null ? null : Buffer.from(body));
  return {
    failed,
    timestamp: 1,
    bodies: { request: bytes(request), response: bytes(response), delivered: null },
  };
}

function createLab(blobs: BlobStore = createMemoryBlobs()) {
  const recent = createRecentTurns();
  const segments = new Map<number, Segment>();
  let nextId = 1;
  return {
    segments,
    recent,
    async write(...turns: readonly TurnContents[]) {
      const isThere = (id: number) => Promise.resolve(segments.has(id));
      const packed = await packSegments(turns, {
        recent,
        blobs,
        inlineLimit: 4_000,
        nextId,
        isThere,
      });
      nextId = packed.nextId;
      for (const segment of packed.segments) segments.set(segment.id, segment);
      return packed;
    },
    read(pieces: readonly StoredPiece[] | null | undefined): string {
      const runs = (pieces ?? []).map(({ segment, at, length }) => {
        const { data, packed } = segments.get(segment)!;
        return (packed ? zstdDecompressSync(data) : data).subarray(at, at + length);
      });
      return Buffer.concat(runs).toString();
    },
    stored: () => [...segments.values()].reduce((sum, { data }) => sum + data.length, 0),
  };
}

describe("the bodies of a batch", () => {
  test("lie in one segment, and read back", async () => {
    const lab = createLab();
    const bodies = [text(300), text(900), ""];
    const { turns, segments } = await lab.write(...bodies.map((body) => turn(body, `a ${body}`)));
    expect(segments).toHaveLength(1);
    expect(turns.map(({ request }) => lab.read(request))).toEqual(bodies);
    expect(turns.map(({ response }) => lab.read(response))).toEqual(bodies.map((b) => `a ${b}`));
  });

  test("that failed lie apart, and share nothing with those that did not", async () => {
    const lab = createLab();
    const body = text(2_000);
    await lab.write(turn(body));
    const { turns } = await lab.write(turn(body, null, true), turn(body));
    const owners = turns.map(({ request }) =>
      request?.map(({ segment }) => lab.segments.get(segment)?.failed),
    );
    expect(owners).toEqual([[true], [false]]);
  });

  test("that are large lie in the blob store", async () => {
    const lab = createLab();
    const { segments } = await lab.write(turn(text(5_000)), turn(text(100)));
    expect(segments.map(({ name }) => name !== null)).toEqual([true, false]);
  });

  test("that the blob store does not take are lost, and no later turn needs them", async () => {
    const put = () => Promise.reject(new Error("no space left"));
    const lab = createLab({ ...createMemoryBlobs(), put });
    const body = text(5_000);
    const { turns, lost } = await lab.write(turn(body, "kept"), turn(`${body} more`));
    expect(lost).toEqual({ bodies: 2, message: "no space left" });
    expect(turns.map(({ request }) => request)).toEqual([null, null]);
    expect(lab.read(turns[0]?.response)).toBe("kept");
    expect(lab.recent.alike(Buffer.from(body), false)).toBeNull();
  });
});

describe("the turns of a conversation", () => {
  test("cost what they add, each in a batch of its own, and all read back", async () => {
    const lab = createLab();
    const tools = text(3_000);
    let said = text(2_000);
    let added = said.length + tools.length;
    for (let number = 0; number < 100; number++) {
      const body = `{"messages":"${said}","tools":"${tools}"}`;
      const answer = `{"id":"${text(20)}","tools":"${tools}","said":"${number}"}`;
      const { turns } = await lab.write(turn(body, answer));
      expect(lab.read(turns[0]?.request)).toBe(body);
      expect(lab.read(turns[0]?.response)).toBe(answer);
      const more = text(100);
      said += more;
      added += more.length;
    }
    // Now and then one is stored whole: reading walks all segments that it has pieces of.
    expect(lab.stored()).toBeLessThan(added * 4);
  });

  test("do not lean on a segment that has gone", async () => {
    const lab = createLab();
    const body = text(2_000);
    await lab.write(turn(body));
    lab.segments.clear();
    const { turns } = await lab.write(turn(`${body} and more`));
    expect(lab.read(turns[0]?.request)).toBe(`${body} and more`);
  });
});
