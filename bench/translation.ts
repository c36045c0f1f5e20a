// What translating a streamed answer costs beside passing it through: framing, parsing and judging are the same in both.
// Run it with: bun bench/translation.ts
import { createCapture } from "../src/app/usecases/relay/capture.ts";
import { createLiveSource } from "../src/app/usecases/relay/event-stream.ts";
import type { IncomingCall } from "../src/domain/call/incoming-call.ts";
import { createBudget } from "../src/domain/failover/budget.ts";
import type { Bridge } from "../src/domain/protocols/bridge.ts";
import { bridgeFor } from "../src/domain/protocols/choose-bridge.ts";
import { endpointOf } from "../src/domain/protocols/endpoint-of.ts";
import type { Target } from "../src/domain/routing/plan.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { BodyRead } from "../src/ports/upstream.ts";
import { median } from "./lab/median.ts";

const events = 200;
const words = "The router picks an upstream by model name, and fails over when it has to. ".split(
  /(?= )/,
);
const encoder = new TextEncoder();

function eventOf(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  const head = { id: "chatcmpl-8f14e45fceea167a5a36dedd4bea2543", object: "chat.completion.chunk" };
  return `data: ${JSON.stringify({ ...head, created: 1_755_000_000, model: "qwen3-8b", choices })}\n\n`;
}

/** One read an event, as a model writes them; the last brings the end along. */
const reads: readonly BodyRead[] = [
  ...Array.from({ length: events }, (_, at) => eventOf({ content: words[at % words.length] })),
  `${eventOf({}, "stop")}data: [DONE]\n\n`,
].map((text) => ({ kind: "bytes", bytes: encoder.encode(text) }));

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => 0,
  id: () => "",
  after: () => () => {},
  chance: () => 0,
};

const path = "/api/chat";
const json = { model: "m", messages: [{ role: "user", content: "hi" }] };
const call: IncomingCall = {
  id: "",
  receivedAt: 0,
  endpoint: endpointOf("POST", path),
  method: "POST",
  path,
  query: "",
  headers: [],
  sourceIp: "",
  user: null,
  body: encoder.encode(JSON.stringify(json)),
  bodyKind: "json",
  json: () => json,
  model: "m",
  modelKey: "model",
  wantsStream: true,
};
const policy = {
  stripThinking: "keep",
  stripJsonMarkdown: false,
  thinkingPrefilled: false,
  disableThinking: false,
};
const target = {
  server: { name: "s", type: "openai", baseUrl: "http://127.0.0.1:1" },
  model: "m",
  policy,
} as unknown as Target;
const translating = () => bridgeFor(call, target, () => clock.now());
const passing = (): Bridge => ({ ...translating(), retells: false, editor: () => null });

/** Reads a stream as the relay does; returns the bytes that leave, so that no work can be left out. */
async function run(bridge: Bridge): Promise<number> {
  let at = 0;
  const body = {
    read: () => Promise.resolve(reads[at++] ?? { kind: "end" as const }),
    cancel: () => {},
  };
  const wire = { framing: "sse", protocol: "openai-chat" } as const;
  const limits = { captureCap: 10_000_000, captureBudget: createBudget(2 ** 40) };
  const capture = createCapture(limits);
  const source = createLiveSource(body, wire, "first_content", bridge, capture, clock);
  let sent = 0;
  for (;;) {
    const step = await source.next();
    for (const piece of step.pieces) sent += piece.length;
    if (step.outcome !== "open") return sent;
  }
}

const streams = 100;

/** µs of processor time of one event. */
async function timed(make: () => Bridge): Promise<number> {
  const start = process.cpuUsage();
  for (let count = 0; count < streams; count++) await run(make());
  const { user, system } = process.cpuUsage(start);
  return (user + system) / (streams * events);
}

const through: number[] = [];
const translated: number[] = [];
for (let round = 0; round < 45; round++) {
  const plain = await timed(passing);
  const bridged = await timed(translating);
  if (round < 5) continue; // not yet compiled
  through.push(plain);
  translated.push(bridged);
}
const [plain, bridged] = [median(through), median(translated)];
console.log(
  `${plain.toFixed(2)} µs an event passed through, ${bridged.toFixed(2)} translated: ${(bridged - plain).toFixed(2)} more`,
);
