// What the read side adds to the log's own figures.
import { expect, test } from "bun:test";
import type { LogReader } from "../../../../src/ports/log-reader.ts";
import { createBrowse } from "../../../../src/app/usecases/log/browse.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";

/** Over a log, in a process that does nothing else, at noon. */
function idleBrowse(reader: LogReader) {
  return createBrowse({
    reader,
    clock: { now: () => noon },
    live: {
      count: () => 0,
      inFlight: () => ({ inflight: [] }),
      upstreams: () => ({ upstreams: [] }),
      bodies: () => null,
    },
    group: null,
    droppedRows: () => ({}),
    droppedBodies: () => 0,
  });
}

test("statistics hold all rows, those of the last 24 hours, and what only the process knows", async () => {
  const day = 86_400_000;
  const store = createMemoryLogStore();
  await store.write([
    logWrite({ timestamp: noon - day - 1, state: "failed" }),
    logWrite({ timestamp: noon - day }),
    logWrite({ timestamp: noon }),
  ]);
  const browse = createBrowse({
    reader: store,
    clock: { now: () => noon },
    live: {
      count: () => 3,
      inFlight: () => ({ inflight: [] }),
      upstreams: () => ({ upstreams: [] }),
      bodies: () => null,
    },
    group: null,
    droppedRows: () => ({ queue_full: 2 }),
    droppedBodies: () => 4,
  });
  expect(await browse.stats()).toMatchObject({
    total: { requests: 3, errors: 1 },
    last_24h: { requests: 2, errors: 0 },
    inflight: 3,
    dropped_rows: { queue_full: 2 },
    dropped_bodies: 4,
  });
});

test("a call in flight shows the bodies it holds so far, one that has ended those of the log", async () => {
  const store = createMemoryLogStore();
  await store.write([
    { ...logWrite(), entry: startedEntry({ timestamp: noon }) },
    logWrite({ timestamp: noon + 1 }, { response: captured("kept") }),
  ]);
  const browse = createBrowse({
    reader: store,
    clock: { now: () => noon },
    live: {
      count: () => 1,
      inFlight: () => ({ inflight: [] }),
      upstreams: () => ({ upstreams: [] }),
      bodies: () => ({ request_body: "asked", response_body: "so far" }),
    },
    group: null,
    droppedRows: () => ({}),
    droppedBodies: () => 0,
  });
  expect(await browse.get(idAt(noon))).toMatchObject({
    request_body: "asked",
    response_body: "so far",
  });
  expect(await browse.get(idAt(noon + 1))).toMatchObject({ response_body: "kept" });
});

test("the sums of a thread come without its calls, also where none has ended; an unknown one has none", async () => {
  const store = createMemoryLogStore();
  const inThread = (threadId: string, write: LogWrite): LogWrite => ({
    ...write,
    sense: { ...write.sense, threadId },
  });
  const ids = [1, 2, 3].map((digit) => `0d1f2a3b-0000-8000-8000-00000000000${digit}`);
  await store.write([
    inThread(ids[0]!, logWrite({ timestamp: noon - 1 })),
    inThread(ids[1]!, { ...logWrite(), entry: startedEntry({ timestamp: noon }) }),
  ]);
  const browse = idleBrowse(store);
  for (const [id, calls] of [
    [ids[0]!, 1],
    [ids[1]!, 0],
  ] as const) {
    const whole = await browse.thread(id);
    expect(whole).toMatchObject({ id, calls });
    expect(whole).toMatchObject({ ...(await browse.threadRow(id)) });
  }
  expect(await browse.threadRow(ids[2]!)).toBeNull();
});

test("figures of a period are the store's", async () => {
  const hour = 3_600_000;
  const store = createMemoryLogStore();
  await store.write([
    logWrite({ timestamp: noon - 2 * hour }),
    logWrite({ timestamp: noon - hour, state: "failed" }),
    logWrite({ timestamp: noon }),
  ]);
  const browse = idleBrowse(store);
  const since = noon - hour;
  const bars = [since, since + hour / 2, noon];
  const whole = await browse.period({ filter: { since }, by: "upstream", bars });
  expect(whole.figures).toMatchObject({ requests: 2, errors: 1, error_rate: 0.5 });
  expect(whole.bars?.map(({ requests }) => requests)).toEqual([1, 0, 1]);
  expect(whole.groups?.map(({ requests }) => requests)).toEqual([2]);
  const failed = await browse.period({ filter: { since, state: "failed" }, bars });
  expect(failed.figures.requests).toBe(1);
  expect(failed.bars?.map(({ errors }) => errors)).toEqual([1, 0, 0]);
});
