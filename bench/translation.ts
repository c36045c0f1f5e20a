// What translating a streamed answer costs beside passing it through: framing, parsing and judging are the same in both.
// Run it with: bun bench/translation.ts
import type { IncomingCall } from "../src/domain/call/incoming-call.ts";
import type { Bridge } from "../src/domain/protocols/bridge.ts";
import { bridgeFor } from "../src/domain/protocols/choose-bridge.ts";
import { endpointOf } from "../src/domain/protocols/endpoint-of.ts";
import type { Target } from "../src/domain/routing/plan.ts";
import type { BodyRead } from "../src/ports/upstream.ts";
import { median } from "./lab/median.ts";
import { stillClock, streamCost } from "./lab/stream-cost.ts";
import { bridgeDeps } from "../tests/lab/bridge-deps.ts";

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

const json = {
  model: "m",
  max_tokens: 9,
  stream: true,
  messages: [{ role: "user", content: "hi" }],
};

function callTo(path: string): IncomingCall {
  return {
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
}

const policy = {
  stripThinking: "keep",
  stripJsonMarkdown: false,
  thinkingPrefilled: false,
  disableThinking: false,
};
const target = {
  server: {
    name: "s",
    type: "openai",
    baseUrl: "http://127.0.0.1:1",
    speaks: new Map([["messages", "translate"]]),
  },
  model: "m",
  policy,
} as unknown as Target;

async function compare(client: string, path: string): Promise<void> {
  const call = callTo(path);
  const translating = () => bridgeFor(call, target, { ...bridgeDeps(), clock: stillClock });
  const passing = (): Bridge => ({ ...translating(), retells: false, editor: () => null });
  const through: number[] = [];
  const translated: number[] = [];
  for (let round = 0; round < 45; round++) {
    const plain = await streamCost(reads, passing);
    const bridged = await streamCost(reads, translating);
    if (round < 5) continue; // not yet compiled
    through.push(plain);
    translated.push(bridged);
  }
  const [plain, bridged] = [median(through), median(translated)];
  console.log(
    `for clients of ${client}: ${plain.toFixed(2)} µs an event passed through, ${bridged.toFixed(2)} translated: ${(bridged - plain).toFixed(2)} more`,
  );
}

await compare("Ollama's", "/api/chat");
await compare("Messages", "/v1/messages");
