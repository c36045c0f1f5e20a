// Streams as odd as their formats allow: every line end, comments, fields in any order, data over many lines.
import { Buffer } from "node:buffer";
import type { Random } from "../lab/random.ts";

export interface RandomStream {
  readonly path: string;
  readonly contentType: string;
  /** Complete, in pieces that heed no boundary. */
  readonly pieces: readonly Uint8Array[];
}

const makers: readonly ((
  random: Random,
) => Omit<RandomStream, "pieces"> & { bytes: Uint8Array })[] = [
  (random) => ({ ...sse("/v1/chat/completions"), bytes: sseBytes(random, chatEvents(random)) }),
  (random) => ({ ...sse("/v1/completions"), bytes: sseBytes(random, completionEvents(random)) }),
  (random) => ({ ...sse("/v1/other"), bytes: anyBytes(random) }),
  (random) => ({
    path: "/api/chat",
    contentType: "application/x-ndjson",
    bytes: ndjsonBytes(random),
  }),
];

export function randomStream(random: Random): RandomStream {
  const { bytes, ...stream } = random.pick(makers)(random);
  return { ...stream, pieces: cutUp(random, bytes) };
}

const sse = (path: string) => ({ path, contentType: "text/event-stream" });

function cutUp(random: Random, bytes: Uint8Array): readonly Uint8Array[] {
  const cuts = Array.from({ length: random.int(0, 12) }, () => random.int(0, bytes.length));
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}

const snippets = [
  "Hello",
  " wörld",
  "🌦️",
  "\n",
  "\r\n",
  "data: [DONE]",
  "\u2028",
  "\\",
  '"',
  "\u0000",
  "漢字",
  "<think>",
  "```json\n{}\n```",
  "\n\n",
  "[DONE]",
  "x".repeat(300),
];
const words = (random: Random): string =>
  Array.from({ length: random.int(0, 6) }, () => random.pick(snippets)).join("");

const common = { id: "chatcmpl-1", created: 1_735_689_600, model: "m" };
const some = <T>(random: Random, make: () => T): T[] =>
  Array.from({ length: random.int(0, 8) }, make);

/** With a finish_reason, `[DONE]` or both. */
function ended(random: Random, finish: object, usage: object): readonly (object | "[DONE]")[] {
  const form = random.int(0, 2);
  return [
    ...(form === 0 ? [] : [finish]),
    ...(random.chance(0.3) ? [usage] : []),
    ...(form === 1 ? [] : ["[DONE]" as const]),
  ];
}

function chatEvents(random: Random): readonly (object | "[DONE]")[] {
  const event = (delta: object, finish_reason: string | null = null): object => ({
    ...common,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const delta = (): object =>
    random.pick([
      () => ({ content: words(random) }),
      () => ({ reasoning_content: words(random) }),
      () => ({
        tool_calls: [{ index: 0, id: "call_1", function: { name: "f", arguments: words(random) } }],
      }),
      () => ({}),
    ])();
  return [
    event({ role: "assistant", content: "" }),
    ...some(random, () => event(delta())),
    ...ended(random, event({}, "stop"), { ...common, choices: [], usage: { total_tokens: 7 } }),
  ];
}

function completionEvents(random: Random): readonly (object | "[DONE]")[] {
  const event = (text: string, finish_reason: string | null = null): object => ({
    ...common,
    object: "text_completion",
    choices: [{ index: 0, text, finish_reason }],
  });
  return [
    ...some(random, () => event(words(random))),
    ...ended(random, event("", "length"), { ...common, choices: [], usage: { total_tokens: 7 } }),
  ];
}

/** JSON in one of its many spellings. */
function json(random: Random, value: object): string {
  const text = random.chance(0.2) ? JSON.stringify(value, null, 2) : JSON.stringify(value);
  return random.chance(0.3)
    ? text.replace(
        /[^\n\x20-\x7e]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      )
    : text;
}

function sseBytes(random: Random, events: readonly (object | "[DONE]")[]): Uint8Array {
  const ends = random.pick([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"]]);
  const line = (text: string): string => text + random.pick(ends);
  const comment = (): string =>
    random.chance(0.15) ? line(`:${random.pick(["", " ping", ": :"])}`) : "";
  const field = (): string =>
    random.chance(0.2) ? line(random.pick(["id: 7", "id", "retry: 1000", "event: message"])) : "";
  let text = random.chance(0.05) ? "\uFEFF" : "";
  for (const event of events) {
    text += comment();
    if (random.chance(0.1)) text += line("");
    const data = event === "[DONE]" ? event : json(random, event);
    text += field();
    for (const part of data.split("\n"))
      text += line(`data:${random.chance(0.8) ? " " : ""}${part}`) + comment();
    text += field() + line("");
  }
  text += comment();
  // The last blank line is left out by some.
  return Buffer.from(random.chance(0.2) ? text.replace(/(?:\r\n|\n|\r)$/, "") : text);
}

function ndjsonBytes(random: Random): Uint8Array {
  const end = random.pick(["\n", "\r\n"]);
  const line = (message: object, more: object): string =>
    json(random, { model: "m", message: { role: "assistant", ...message }, ...more }).replaceAll(
      /\n */g,
      "",
    );
  const lines = [
    ...some(random, () =>
      random.chance(0.1) ? "" : line({ content: words(random) }, { done: false }),
    ),
    line({ content: "" }, { done: true, done_reason: "stop" }),
  ];
  return Buffer.from(lines.join(end) + (random.chance(0.8) ? end : ""));
}

/** What no format speaks of: passed on as it comes, whatever it is. */
function anyBytes(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.int(1, 2_000) }, () => random.int(0, 255));
}
