// A client that leaves, at any time: the upstream is let go within 250 ms, the slot is given back, the row says so.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { callInFlight, positionOf, until } from "../lab/live-view.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { printTable } from "../lab/print-table.ts";
import { rawRequest, type RawExchange } from "../lab/raw-request.ts";
import { spawnRouter, type SpawnedRouter } from "../lab/spawn-router.ts";

const limitMs = 250;
/** No call may come near the timers that would end it, too; a busy machine makes some of them late. */
const latestMs = 10_000;
/** 7 ways × 143 are 1,001. */
const perWay = 143;
const width = 12;

interface Leaving {
  readonly stream: boolean;
  readonly fault: Behaviour;
  /** What the client has of the answer when it leaves. */
  readonly seen: string | null;
}

const ways: Readonly<Record<string, Leaving>> = {
  "plain, before the head": {
    stream: false,
    fault: { kind: "stall", when: "before-head" },
    seen: null,
  },
  "plain, mid-answer": { stream: false, fault: { kind: "stall", when: "mid-content" }, seen: null },
  "streamed, before the head": {
    stream: true,
    fault: { kind: "stall", when: "before-head" },
    seen: null,
  },
  "streamed, before the first event": {
    stream: true,
    fault: { kind: "stall", when: "before-content" },
    seen: null,
  },
  "streamed, mid-stream": {
    stream: true,
    fault: { kind: "stall", when: "mid-content" },
    seen: '"content"',
  },
};
const waitingWays: Readonly<Record<string, boolean>> = {
  "plain, in the queue": false,
  "streamed, in the queue": true,
};

let fake: FakeModel;
let router: SpawnedRouter;
const figures: (string | number)[][] = [];

beforeAll(async () => {
  fake = await startFakeModel({ name: "fake", models: ["m"], anyBasePath: true });
  const servers = Array.from({ length: width }, (_, worker) => [
    `  only-${worker}: { url: "${fake.url}/only-${worker}", max_concurrency: 1, max_queue: 1 }`,
    `  line-${worker}: { url: "${fake.url}/line-${worker}", max_concurrency: 1, max_queue: 1 }`,
  ]);
  router = await spawnRouter({ routes: ["servers:", ...servers.flat()].join("\n") });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
  printTable(
    `clients that left: from leaving to the upstream's closed socket (queue: to the freed permit)`,
    ["way", "calls", "within 250 ms", "median ms", "p99 ms", "max ms"],
    figures,
  );
});

const path = "/v1/chat/completions";
const ask = (query: string, server: string, stream: boolean): Promise<RawExchange> =>
  rawRequest(router.url, {
    path: path + query,
    body: { model: `${server}/m`, stream, messages: [{ role: "user", content: "hi" }] },
  });

/** The next call gets the place; a lost one would keep it waiting for ever. */
async function expectServed(query: string, server: string): Promise<void> {
  const exchange = await ask(query, server, false);
  const late = setTimeout(() => exchange.leave(), 60_000);
  const { status } = await exchange.whole();
  clearTimeout(late);
  if (status !== 200) throw new Error(`${query}: the next call got ${status || "no answer"}`);
}

function note(way: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1);
  const within = sorted.filter((ms) => ms <= limitMs).length;
  figures.push([way, sorted.length, within, at(0.5), at(0.99), at(1)]);
}

function expectPrompt(times: readonly number[]): void {
  expect(times.toSorted((a, b) => a - b)[times.length >> 1]).toBeLessThan(limitMs);
  expect(Math.max(...times)).toBeLessThan(latestMs);
}

async function expectCancelledRows(prefix: string): Promise<void> {
  const rows = [...(await rowsByQuery(router.url))].filter(([query]) => query.startsWith(prefix));
  expect(rows).toHaveLength(perWay);
  const others = rows.filter(([, row]) => row.state !== "cancelled" || row.status_code !== 499);
  expect(others).toEqual([]);
  expect(rows.filter(([, row]) => row.attempts.at(-1)?.reason !== "client_gone")).toEqual([]);
}

describe("the upstream's socket is closed within 250 ms and the place is free at once", () => {
  test.each(Object.entries(ways))("%s", async (way, { stream, fault, seen }) => {
    const prefix = `?${Object.keys(ways).indexOf(way)}-`;
    fake.reset();
    fake.script(({ query }) => (query.startsWith(prefix) ? fault : undefined));
    const free: number[] = [];
    const times = await inParallel(
      Array.from({ length: perWay }),
      width,
      async (_item, worker, index) => {
        const query = `${prefix}${index}`;
        const exchange = await ask(query, `only-${worker}`, stream);
        const call = await fake.waitForRequest((request) => request.query === query);
        if (seen !== null) await exchange.waitFor(seen);
        // What the fake sends before its stall has reached the router.
        else if (fault.kind === "stall" && fault.when !== "before-head")
          await fake.waitForRequest((request) => request === call && request.bytesSent > 0);
        const left = performance.now();
        exchange.leave(index % 2 === 0 ? "fin" : "reset");
        await fake.waitForRequest((request) => request === call && request.abortedAt !== null);
        await expectServed(`?next-${query.slice(1)}`, `only-${worker}`);
        free.push(performance.now() - left);
        return call.abortedAt! - left;
      },
    );
    note(way, times);
    note("  until the next call was served", free);
    expectPrompt(times);
    expectPrompt(free);
    await expectCancelledRows(prefix);
  });
});

describe("a place in the line is free at once", () => {
  test.each(Object.entries(waitingWays))("%s", async (way, stream) => {
    const prefix = `?wait${Object.keys(waitingWays).indexOf(way)}-`;
    fake.reset();
    const gates = new Map(
      Array.from({ length: perWay }, (_, index) => [`?hold-${index}`, createGate()]),
    );
    fake.script(({ query }) => {
      const gate = gates.get(query);
      return gate === undefined ? undefined : { kind: "answer", gate };
    });
    const times = await inParallel(
      Array.from({ length: perWay }),
      width,
      async (_item, worker, index) => {
        const query = `${prefix}${index}`;
        const server = `line-${worker}`;
        const gate = gates.get(`?hold-${index}`)!;
        const holder = await ask(`?hold-${index}`, server, false);
        await gate.reached;
        const waiter = await ask(query, server, stream);
        await until(async () => (await positionOf(router.url, query)) === 1);
        const left = performance.now();
        waiter.leave(index % 2 === 0 ? "fin" : "reset");
        await until(async () => (await callInFlight(router.url, query)) === undefined);
        const ms = performance.now() - left;
        // Its place in the line is taken by the next, who is served when the holder is done.
        const next = await ask(`?next-${query.slice(1)}`, server, stream);
        await until(async () => (await positionOf(router.url, `?next-${query.slice(1)}`)) === 1);
        gate.open();
        expect((await holder.whole()).status).toBe(200);
        expect((await next.whole()).status).toBe(200);
        return ms;
      },
    );
    note(way, times);
    expectPrompt(times);
    await expectCancelledRows(prefix);
    // Whoever left the line never got to the upstream.
    expect(fake.calls().filter((call) => call.query.startsWith(prefix))).toEqual([]);
  });
});
