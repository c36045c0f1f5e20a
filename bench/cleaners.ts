// What cleaning a streamed answer costs beside passing it through: framing, parsing and reading are the same in both.
// Run it with: bun bench/cleaners.ts
import type { Bridge } from "../src/domain/protocols/bridge.ts";
import { chatSlots } from "../src/domain/protocols/openai-chat/slots.ts";
import type { CleanPolicy } from "../src/domain/cleaning/clean-text.ts";
import { createStreamCleaner } from "../src/domain/cleaning/stream-cleaner.ts";
import type { BodyRead } from "../src/ports/upstream.ts";
import { median } from "./lab/median.ts";
import { streamCost } from "./lab/stream-cost.ts";
import { plainBridge } from "../tests/lab/plain-bridge.ts";

const events = 200;
const words = "The router picks an upstream by model name, and fails over when it has to. ".split(
  /(?= )/,
);
const code = "\n```ts\nconst list: string[] = rows.map((row) => row.name);\n```\n".split(
  /(?= |\n)/,
);

/** An answer of about as many deltas as events, from these parts in turn. */
const deltas = (before: readonly string[], parts: readonly string[]): string[] => [
  ...before,
  ...Array.from({ length: events - before.length }, (_, at) => parts[at % parts.length] ?? ""),
];
const block = (size: number, close = "</think>") => [
  "<think>",
  ...Array.from({ length: size }, (_, at) => words[at % words.length] ?? ""),
  close,
  "\n\n",
];

const encoder = new TextEncoder();
const eventOf = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: "chatcmpl-8f14e45fceea167a5a36dedd4bea2543",
    object: "chat.completion.chunk",
    created: 1_755_000_000,
    model: "qwen3-8b",
    system_fingerprint: "fp_44709d6fcb",
    choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: finish }],
  })}\n\n`;

/** One read an event, as a model writes them; the last brings the end along. */
function readsOf(contents: readonly string[]): BodyRead[] {
  const last = `${eventOf("", "stop")}data: [DONE]\n\n`;
  return [...contents.map((content) => eventOf(content)), last].map((text) => ({
    kind: "bytes",
    bytes: encoder.encode(text),
  }));
}

interface Case {
  readonly name: string;
  readonly deltas: readonly string[];
  readonly policy: CleanPolicy;
}

const strip: CleanPolicy = {
  stripThinking: "strip",
  stripJsonMarkdown: false,
  thinkingPrefilled: false,
};
const fenced = ["```", "json", "\n", '{"', 'a"', ": [", "1", "]", "}", "\n", "```", "\n"];
const cases: readonly Case[] = [
  { name: "prose, thinking stripped", deltas: deltas([], words), policy: strip },
  { name: "prose and code, stripped", deltas: deltas([], [...words, ...code]), policy: strip },
  { name: "a block of 80, stripped", deltas: deltas(block(80), words), policy: strip },
  {
    name: "a block of 80, pre-filled",
    deltas: deltas(block(80).slice(1), words),
    policy: { ...strip, thinkingPrefilled: true },
  },
  {
    name: "a block of 80, JSON unwrapped",
    deltas: deltas([...block(80), ...fenced], words),
    policy: { ...strip, stripJsonMarkdown: true },
  },
  {
    name: "a block of 80, moved",
    deltas: deltas(block(80), words),
    policy: { ...strip, stripThinking: "move" },
  },
];

/** A call that the relay carries as it is, but for the cleaner. */
const bridgeOf = (policy: CleanPolicy | null): Bridge => ({
  ...plainBridge,
  editor: () => (policy === null ? null : createStreamCleaner(chatSlots, policy)),
});

for (const { name, deltas: contents, policy } of cases) {
  const reads = readsOf(contents);
  const through: number[] = [];
  const cleaned: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < 45; round++) {
    const plain = await streamCost(reads, () => bridgeOf(null));
    const clean = await streamCost(reads, () => bridgeOf(policy));
    if (round < 5) continue; // not yet compiled
    through.push(plain);
    cleaned.push(clean);
    ratios.push(clean / plain);
  }
  const [plain, clean] = [median(through).toFixed(2), median(cleaned).toFixed(2)];
  console.log(
    `${name.padEnd(30)} ${plain} → ${clean} µs an event, ratio ${median(ratios).toFixed(2)}`,
  );
}
