// A few calls written into a log that is thrown away. The first hundreds of rows otherwise take ten
// times as long as later ones, until the runtime has compiled what writes them, and a log that is
// 100 ms behind at most cannot begin with that.
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import type { LogEngine } from "../pipeline/log-engine.ts";
import { createEntryReader } from "../pipeline/read-entry.ts";
import { packBatch, unpackBatch } from "../pipeline/wire-batch.ts";
import type { RecordedEntry } from "../pipeline/wire-batch.ts";

const batches = 24;
const batchSize = 8;

/**
 * A warm-up in steps of a few ms, so that what is to be logged meanwhile gets in between.
 * @param engine of its own: nothing of it stays
 * @param now epoch ms
 * @returns takes one step; resolves to whether there are more
 */
export function createWarmUp(engine: LogEngine, now: number): () => Promise<boolean> {
  const opening = engine.openScratch(now);
  const reader = createEntryReader();
  let batch = 0;
  return async () => {
    await opening;
    const entries = Array.from({ length: batchSize }, (_, at) =>
      sample(batch * batchSize + at, now),
    );
    const recorded = unpackBatch(packBatch(entries, 1_000_000));
    await engine.write(recorded.map((each) => reader.read(each)));
    batch++;
    if (batch < batches) return true;
    await engine.close();
    return false;
  };
}

/** A call as they come: every second streamed, of a conversation that grows. */
function sample(number: number, now: number): RecordedEntry {
  const hex = now.toString(16).padStart(12, "0");
  const counter = number.toString(16).padStart(3, "0");
  const entry: LogEntry = {
    id: `${hex.slice(0, 8)}-${hex.slice(8)}-7${counter}-8000-000000000000`,
    timestamp: now,
    completedAt: now + 1,
    state: number % 5 === 0 ? "failed" : "completed",
    sourceIp: "127.0.0.1",
    method: "POST",
    path: "/v1/chat/completions",
    service: "openai",
    userAgent: null,
    authUser: null,
    originalModel: "m",
    mappedModel: "m",
    upstream: "default",
    upstreamUrl: null,
    upstreamRequestId: null,
    held: null,
    route: "default",
    protocol: "native",
    attempts: [],
    dropped: [],
    warnings: [],
    resentFrom: null,
    stream: number % 2 === 0,
    statusCode: 200,
    errorMessage: null,
    durationMs: number,
    ttftMs: number,
    requestSize: 0,
    responseSize: 0,
    requestHeaders: [["content-type", "application/json"]],
    responseHeaders: [],
  };
  const said = Array.from({ length: number % 40 }, (_, at) => ({
    role: at % 2 === 0 ? "user" : "assistant",
    content: `words of a conversation, ${at} `.repeat(4),
  }));
  const delta = (content: string) => ({
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  });
  const events = Array.from({ length: 12 }, (_, at) => delta(`word ${number} ${at} `));
  const answer = entry.stream
    ? events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")
    : JSON.stringify({ choices: [{ message: { role: "assistant", content: `${number}` } }] });
  const body = (text: string) => ({ chunks: [new TextEncoder().encode(text)], truncated: false });
  return {
    entry,
    bodies: {
      request: body(JSON.stringify({ model: "m", messages: said })),
      response: body(answer),
    },
  };
}
