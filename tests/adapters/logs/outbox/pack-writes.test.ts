// Calls on their way into the outbox and out of it: nothing changes but what was given up.
import { describe, expect, test } from "bun:test";
import { zstdDecompressSync } from "bun";
import { createWritePacker } from "../../../../src/adapters/logs/outbox/pack-writes.ts";
import type { Shipment, ShippedSegment } from "../../../../src/adapters/logs/outbox/shipment.ts";
import {
  endsIn,
  packShipment,
  unpackShipment,
} from "../../../../src/adapters/logs/outbox/shipment-codec.ts";
import { storedBodies } from "../../../../src/adapters/logs/bodies/stored-bodies.ts";
import { storedRow } from "../../../../src/adapters/logs/rows/stored-row.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { createRandom } from "../../../lab/random.ts";

const hour = 3_600_000;

/** What a reader of the shared store makes of a body. */
function bodyIn(
  shipments: readonly Shipment[],
  id: string,
  objects = new Map<string, Uint8Array>(),
) {
  const call = shipments.flatMap(({ ends }) => ends).find(({ row }) => row.id === id);
  const segments = new Map(shipments.flatMap((one) => one.segments).map((one) => [one.id, one]));
  const bytesOf = ({ data, object, packed }: ShippedSegment) => {
    const at = object?.at ?? 0;
    const stored = data ?? objects.get(object?.key ?? "")?.subarray(at, at + (object?.length ?? 0));
    if (stored === undefined) throw new Error("no such object");
    return packed ? zstdDecompressSync(stored) : stored;
  };
  const request = storedBodies(call?.bodies ?? null).request;
  if (request === undefined || request.pieces === null) return request?.pieces ?? undefined;
  return Buffer.concat(
    request.pieces.map(({ segment, at, length }) => {
      const found = segments.get(call?.segments[segment] ?? "");
      if (found === undefined) throw new Error("no such segment");
      return bytesOf(found).subarray(at, at + length);
    }),
  ).toString();
}

const options = { inlineLimit: null, now: () => noon };
const text = (seed: number, length: number) => {
  const random = createRandom(seed);
  const letters = new Uint8Array(length);
  for (let at = 0; at < length; at++) letters[at] = random.int(97, 122);
  return new TextDecoder().decode(letters);
};

describe("a packed flush", () => {
  test("is divided into starts, successes and failures, and comes out as it went in", async () => {
    const packer = createWritePacker(options);
    const body = { request: captured(text(1, 900)) };
    const writes = [
      { ...logWrite(), entry: startedEntry({ id: idAt(noon, 1) }) },
      logWrite({ id: idAt(noon, 2) }, body, {}, "some words"),
      logWrite({ id: idAt(noon, 3), state: "failed", errorMessage: "\ud800 broke\u0000" }, body),
      logWrite({ id: idAt(noon, 4), state: "cancelled" }),
    ];
    const { batches } = await packer.pack(writes, true);
    expect(batches.map(({ kind, rows, starts }) => [kind, rows, starts])).toEqual([
      ["starts", 0, 1],
      ["successes", 2, 0],
      ["failures", 1, 0],
    ]);
    const shipments = batches.map((batch, at) => unpackShipment(at + 1, batch));
    expect(shipments.flatMap(({ starts }) => starts)).toEqual([storedRow(writes[0]!)]);
    expect(shipments.flatMap(({ ends }) => ends.map(({ row }) => row))).toEqual(
      [1, 3, 2].map((at) => storedRow(writes[at]!)),
    );
    expect(shipments[1]?.ends[0]?.words.join(" ")).toContain("llama3 llama 3 fast box");
    expect(shipments[1]?.ends[0]?.words.slice(-3)).toEqual(["", "some", "words"]);
    // What successes have may go before what failures have: neither leans on the other.
    expect(bodyIn([shipments[1]!], idAt(noon, 2))).toBe(text(1, 900));
    expect(bodyIn([shipments[2]!], idAt(noon, 3))).toBe(text(1, 900));
    expect(endsIn(batches[1]!.data)).toEqual([idAt(noon, 2), idAt(noon, 4)]);
  });

  test("of a turn leans on the turn before, until six hours are over or that may be lost", async () => {
    let now = noon;
    const packer = createWritePacker({ ...options, now: () => now });
    const shipments: Shipment[] = [];
    const sizes: number[] = [];
    const turn = async (at: number) => {
      const request = captured(text(2, 5_000) + text(at, 100 * at));
      const flush = await packer.pack([logWrite({ id: idAt(noon, at) }, { request })], true);
      const { batches } = flush;
      flush.committed();
      sizes.push(batches[0]!.bodies?.length ?? 0);
      shipments.push(unpackShipment(at, batches[0]!));
    };
    await turn(1);
    await turn(2);
    now += 6 * hour;
    await turn(3);
    await turn(4);
    packer.forget();
    await turn(5);
    expect(sizes.map((size) => size > 2_000)).toEqual([true, false, true, false, true]);
    for (const at of [1, 2, 3, 4, 5])
      expect(bodyIn(shipments, idAt(noon, at))).toBe(text(2, 5_000) + text(at, 100 * at));
  });

  test("whose bodies were given up says that they could not be stored, and leans on nothing lost", async () => {
    const packer = createWritePacker(options);
    const request = captured(text(3, 5_000));
    const first = await packer.pack([logWrite({ id: idAt(noon, 1) }, { request })], true);
    const again = await packer.pack(
      [logWrite({ id: idAt(noon, 2) }, { request, response: captured("new") })],
      true,
    );
    const [a, b] = [first.batches[0]!, again.batches[0]!];
    expect([a.bodyCount, b.bodyCount]).toEqual([1, 1]);
    const lost = unpackShipment(1, { ...a, bodies: null });
    expect(lost.segments).toEqual([]);
    expect(storedBodies(lost.ends[0]!.bodies).request).toEqual({ truncated: false, pieces: null });
    const second = unpackShipment(2, { ...b, bodies: null });
    expect(storedBodies(second.ends[0]!.bodies).response?.pieces).toBeNull();
    expect(storedBodies(second.ends[0]!.bodies).request?.pieces).not.toBeNull();
  });

  test("without bodies of successes has those of failures, and no starts", async () => {
    const packer = createWritePacker(options);
    const body = { request: captured(text(4, 600)), response: captured("x") };
    const { batches, leftOut } = await packer.pack(
      [
        { ...logWrite(), entry: startedEntry({ id: idAt(noon, 1) }) },
        logWrite({ id: idAt(noon, 2) }, body),
        logWrite({ id: idAt(noon, 3), state: "failed" }, body),
      ],
      false,
    );
    expect(batches.map(({ kind, bodies }) => [kind, bodies === null])).toEqual([
      ["successes", true],
      ["failures", false],
    ]);
    expect(leftOut).toBe(2);
    const [successes, failures] = batches.map((batch, at) => unpackShipment(at, batch));
    expect(storedBodies(successes!.ends[0]!.bodies).request?.pieces).toBeNull();
    expect(bodyIn([failures!], idAt(noon, 3))).toBe(text(4, 600));
  });

  test("has large bodies of a second in one object for S3, and small ones with it", async () => {
    let now = noon;
    const packer = createWritePacker({ inlineLimit: 1_000, now: () => now });
    const shipments: Shipment[] = [];
    const objects = new Map<string, Uint8Array>();
    const write = async (at: number, length: number) => {
      const request = captured(text(at, length));
      const { batches } = await packer.pack([logWrite({ id: idAt(noon, at) }, { request })], true);
      for (const { key, at: from, data } of batches[0]!.objects) {
        const before = objects.get(key) ?? new Uint8Array();
        expect(from).toBe(before.length);
        objects.set(key, Buffer.concat([before, data]));
      }
      shipments.push(unpackShipment(at, batches[0]!));
    };
    await write(1, 700);
    await write(2, 700_000);
    now += 500;
    await write(3, 4_000);
    expect([...objects.keys()].map((key) => [key.slice(0, 11), packer.isWhole(key)])).toEqual([
      ["2026-03-01/", false],
    ]);
    now += 500;
    expect([...objects.keys()].map((key) => packer.isWhole(key))).toEqual([true]);
    await write(4, 9_000_000);
    expect(objects.size).toBe(2);
    for (const [at, length] of [
      [1, 700],
      [2, 700_000],
      [3, 4_000],
      [4, 9_000_000],
    ] as const)
      expect(bodyIn(shipments, idAt(noon, at), objects) === text(at, length)).toBe(true);
    expect(shipments[0]!.segments[0]!.data).not.toBeNull();
  });

  test("has an answer's items once, until the packer forgets", async () => {
    const packer = createWritePacker(options);
    const item = (id: string) => ({ id, text: JSON.stringify({ id, text: text(5, 400) }) });
    const answer = {
      id: "resp_1",
      head: "{}",
      input: [item("a"), item("a")],
      output: [item("b")],
      isStored: true,
      owner: "ann",
      upstream: "box",
    };
    const pack = async (commits: boolean) => {
      const flush = await packer.pack([{ ...logWrite(), answer }], true);
      if (commits) flush.committed();
      return unpackShipment(1, flush.batches[0]!);
    };
    const lost = await pack(false);
    const first = await pack(true);
    expect(lost.items).toEqual(first.items);
    expect(
      first.items.map(({ id, upstream, isStored, packed }) => [id, upstream, isStored, packed]),
    ).toEqual([
      ["a", null, false, true],
      ["b", "box", true, true],
    ]);
    const [known] = first.answers;
    expect(known).toMatchObject({
      id: "resp_1",
      callId: idAt(noon),
      inputs: 2,
      upstream: "box",
      isStored: true,
    });
    expect(known?.items).toEqual([first.items[0]!.key, first.items[0]!.key, first.items[1]!.key]);
    expect(zstdDecompressSync(first.items[1]!.data).toString()).toBe(item("b").text);
    expect(JSON.stringify(first)).not.toContain("ann");
    const second = await pack(true);
    expect([second.items.length, second.answers.length]).toEqual([0, 1]);
    packer.forget();
    expect((await pack(true)).items).toHaveLength(2);
  });
});

test("any shipment comes out of its bytes as it went in", () => {
  const random = createRandom(11);
  const word = () => text(random.int(1, 1e9), random.int(1, 9));
  const maybe = <T>(value: () => T): T | null => (random.chance(0.3) ? null : value());
  const many = <T>(value: () => T, most = 4) => Array.from({ length: random.int(0, most) }, value);
  const bytes = () => Uint8Array.from({ length: random.int(0, 300) }, () => random.int(0, 255));
  const id = () => Bun.randomUUIDv7();
  const row = () => ({
    ...storedRow(logWrite({ id: id(), originalModel: maybe(() => `${word()}\u0000"\\\ud83d`) })),
    ttft_ms: maybe(() => random.next() * 1e6),
    prompt_tokens: maybe(() => random.int(0, 2 ** 40)),
  });
  for (let turn = 0; turn < 300; turn++) {
    const shipment: Shipment = {
      seq: turn,
      ends: many(() => ({
        row: row(),
        bodies: maybe(() => '{"request":[0,0,0,4]}'),
        segments: many(id),
        words: many(() => many(word, 3)).flatMap((one, at) =>
          at > 0 ? ["", ...one] : ["x", ...one],
        ),
      })),
      starts: many(row),
      segments: many(() => {
        const object = maybe(() => ({
          key: word(),
          at: random.int(0, 9),
          length: random.int(1, 9),
        }));
        return {
          id: id(),
          packed: random.chance(0.5),
          data: object === null ? bytes() : null,
          object,
        };
      }),
      answers: many(() => ({
        owner: word(),
        id: word(),
        callId: id(),
        createdAt: noon,
        items: many(word),
        inputs: random.int(0, 3),
        upstream: maybe(word),
        isStored: random.chance(0.5),
        head: `{"a":"${word()}"}`,
      })),
      items: many(() => ({
        key: word(),
        owner: word(),
        id: word(),
        upstream: maybe(word),
        isStored: random.chance(0.5),
        packed: random.chance(0.5),
        data: bytes(),
      })),
    };
    const { seq, ...rest } = shipment;
    const out = unpackShipment(seq, packShipment(rest));
    const bytesAsText = ({ data, ...one }: { data: Uint8Array | null }) => ({
      ...one,
      data: data === null ? null : Buffer.from(data).toString("hex"),
    });
    const plain = ({ segments, items, ...one }: Shipment) => ({
      ...one,
      segments: segments.map(bytesAsText),
      items: items.map(bytesAsText),
    });
    expect(plain(out)).toEqual(plain(shipment));
  }
});
