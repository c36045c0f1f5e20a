// Answers that unpack to a thousand times what came: they pass through or end clearly, and the router stays small.
// SWEEP=full takes all of them, and a whole gigabyte of each.
import { afterAll, describe, expect, test } from "bun:test";
import { constants, crc32, deflateRawSync } from "node:zlib";
import { peakGrowth, whenIdle } from "../lab/peak-memory.ts";
import { printTable } from "../lab/print-table.ts";
import { slowReader } from "../lab/slow-reader.ts";
import { isWhole } from "../lab/sweep.ts";
import { withSpawnedRouter } from "../lab/spawn-router.ts";

const megabyte = 1024 * 1024;
const unpacked = (isWhole ? 1024 : 256) * megabyte;
/** Of which some 100 MB are what the collector of garbage leaves lying at such a pace. */
const maxGrowth = 200 * megabyte;
/** Nearly all that is held of one answer: as bytes, as text, as JSON, and on its way to the client. */
const nearlyHeld = 31 * megabyte;
const maxGrowthHeld = 256 * megabyte;

interface Bomb {
  readonly path: string;
  readonly stream: boolean;
  readonly type: string;
  readonly status?: number;
  /** The body: the unit over and over again up to the size, between head and tail. */
  readonly head?: string;
  readonly unit: string;
  readonly tail?: string;
  readonly size?: number;
  /** ms before the answer begins. */
  readonly delayMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** How what the client gets ends; where it is not the tail. */
  readonly ends?: string;
}

const chat = { path: "/v1/chat/completions", stream: true, type: "text/event-stream" };
const ndjson = { path: "/api/chat", stream: true, type: "application/x-ndjson" };
const json = { ...chat, stream: false, type: "application/json" };
const letters = "x".repeat(1_024);
const words = "word ".repeat(200);
const event = `data: {"choices":[{"index":0,"delta":{"content":"${words}"}}]}\n\n`;
const line = `{"message":{"role":"assistant","content":"${words}"},"done":false}\n`;
const answer = { head: '{"choices":[{"message":{"content":"', unit: letters, tail: '"}}]}' };
const delta = {
  head: 'data: {"choices":[{"delta":{"content":"',
  tail: '"}}]}\n\ndata: [DONE]\n\n',
};
const cleaned = { env: { STRIP_THINKING: "true", STRIP_JSON_MARKDOWN: "true" } };
const untouched = { env: { STRIP_THINKING: "false" } };
const broken = '"code":"upstream_broken"}}';
const noEnd = `${broken}\n\n`;

const bombs: Readonly<Record<string, Bomb>> = {
  "a stream without a line end": { ...chat, unit: letters, ends: noEnd },
  "an event that never ends": { ...chat, head: "data: ", unit: letters, ends: noEnd },
  "an event of countless lines": { ...chat, unit: "data: x\n".repeat(128), ends: noEnd },
  "blank lines": { ...chat, unit: "\n".repeat(1_024), ends: noEnd },
  events: { ...chat, unit: event, tail: "data: [DONE]\n\n", ...untouched },
  "events, cleaned": { ...chat, unit: event, tail: "data: [DONE]\n\n", ...cleaned },
  "events of no known kind": { ...chat, path: "/v1/other", unit: letters },
  "NDJSON without a line end": { ...ndjson, unit: letters, ends: 'was complete"}\n' },
  NDJSON: { ...ndjson, unit: line, tail: '{"done":true}\n' },
  JSON: { ...json, ...answer, ...untouched },
  "JSON, cleaned": { ...json, ...answer, ...cleaned },
  "JSON in answer to a call that streams": { ...json, ...answer, stream: true },
  "JSON in answer to a client that has had pings": {
    ...json,
    ...answer,
    stream: true,
    delayMs: 500,
    env: { SSE_KEEPALIVE: "0.1" },
    ends: noEnd,
  },
  "an error": { ...json, status: 500, head: '{"error":"', unit: letters, ends: broken },
  "bytes of no known kind": { ...json, path: "/v1/files/x", type: "image/png", unit: letters },
  "JSON that can be held, cleaned": { ...json, ...answer, size: nearlyHeld, ...cleaned },
  "an event that can be held, cleaned": {
    ...chat,
    ...delta,
    unit: letters,
    size: nearlyHeld,
    ...cleaned,
  },
  "an event of countless lines that can be held": {
    ...chat,
    ...delta,
    unit: "\ndata: ".repeat(100),
    size: nearlyHeld,
    ends: broken,
  },
};

/** What unpacks to so much, never that itself. */
function packed({ head = "", unit, tail = "", size = unpacked }: Bomb): Buffer {
  const block = unit.repeat(Math.ceil(megabyte / unit.length));
  const blocks = Math.ceil(size / block.length);
  const checksum = crc32(
    tail,
    Array.from({ length: blocks }, () => block).reduce(
      (sum, text) => crc32(text, sum),
      crc32(head),
    ),
  );
  // After a full flush nothing refers to what came before: each block packs to the same bytes.
  const part = (text: string) =>
    deflateRawSync(text, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const end = Buffer.alloc(8);
  end.writeUInt32LE(checksum);
  end.writeUInt32LE(head.length + blocks * block.length + tail.length, 4);
  const middle = part(block);
  return Buffer.concat([
    Buffer.from("1f8b08000000000000ff", "hex"),
    part(head),
    ...Array.from({ length: blocks }, () => middle),
    deflateRawSync(tail, { level: 9 }),
    end,
  ]);
}

/** Much less than a bomb, in plain events, as fast as they are read. */
function harmless(): Response {
  const block = new TextEncoder().encode(event.repeat(megabyte / event.length));
  let left = 32;
  const stream = new ReadableStream({
    pull(controller) {
      if (left-- > 0) return controller.enqueue(block);
      controller.enqueue(new TextEncoder().encode("data: [DONE]\n\n"));
      controller.close();
    },
  });
  return new Response(stream, { headers: { "content-type": chat.type } });
}

const figures: (string | number)[][] = [];
afterAll(() => {
  const columns = ["answer", "came as (MB)", "grew by (MB)", "client stalled (MB)", "seconds"];
  printTable("answers packed a thousand times", columns, figures);
});

/** Those that others are like: what bounds them bounds these. */
const alike = new Set([
  "an event that never ends",
  "an event of countless lines",
  "blank lines",
  "events",
  "events of no known kind",
  "NDJSON without a line end",
  "NDJSON",
  "JSON",
  "JSON in answer to a call that streams",
  "an event of countless lines that can be held",
]);
const tried = Object.entries(bombs).filter(([name]) => isWhole || !alike.has(name));

describe.each(tried)("%s", (name, bomb) => {
  const { path, stream, type, status = 200, unit, tail = "", size = unpacked } = bomb;
  const limit = size === unpacked ? maxGrowth : maxGrowthHeld;

  test(`cannot make the router larger by ${limit / megabyte} MB, and ends clearly`, async () => {
    const bytes = packed(bomb);
    const upstream = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(call) {
        if ((await call.text()).includes('"harmless"')) return harmless();
        await Bun.sleep(bomb.delayMs ?? 0);
        const headers = { "content-type": type, "content-encoding": "gzip" };
        return new Response(bytes, { status, headers });
      },
    });
    const kind = path.startsWith("/api") ? "ollama" : "openai";
    const url = `http://127.0.0.1:${upstream.port}`;
    const routes = `servers: { a: { url: "${url}", type: ${kind} }, plain: { url: "${url}" } }`;
    try {
      await withSpawnedRouter({ routes, env: bomb.env ?? {} }, async ({ url, pid }) => {
        // What the process grows to with traffic of any kind is not the bomb's doing.
        const warmUp = { ...chat, body: { model: "plain/harmless", stream: true, messages: [] } };
        await (
          await slowReader(url, warmUp)
        ).over;
        const request = { path, body: { model: "a/m", stream, messages: [] } };
        const send = () => slowReader(url, request);

        const started = performance.now();
        const read = await peakGrowth(pid, async () => {
          const got = await (await send()).over;
          return { ...got, seconds: (performance.now() - started) / 1_000 };
        });
        const stalled = await peakGrowth(pid, async () => {
          const reader = await send();
          reader.pause();
          await whenIdle(pid);
          reader.leave();
        });
        figures.push([
          name,
          (bytes.length / megabyte).toFixed(1),
          (read.growth / megabyte).toFixed(0),
          (stalled.growth / megabyte).toFixed(0),
          read.result.seconds.toFixed(1),
        ]);
        expect(read.result.whole).toBe(true);
        expect(read.result.tail).toEndWith(bomb.ends ?? (tail || unit).slice(-64));
        expect(Math.max(read.growth, stalled.growth)).toBeLessThan(limit);
      });
    } finally {
      await upstream.stop(true);
    }
  });
});
