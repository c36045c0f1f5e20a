// Events that pass unread because they are like the one before them: found, and never one too many.
import { describe, expect, test } from "bun:test";
import { type Capture, createCapture } from "../../../../src/app/usecases/relay/capture.ts";
import { createLiveSource } from "../../../../src/app/usecases/relay/event-stream.ts";
import type { Framing } from "../../../../src/domain/bytes/framing.ts";
import { joinBytes } from "../../../../src/domain/bytes/join-bytes.ts";
import type { ReportedUsage } from "../../../../src/domain/log/answer-usage.ts";
import { reportedUsage } from "../../../../src/domain/log/reported-usage.ts";
import type { ProtocolName } from "../../../../src/domain/call/endpoint.ts";
import type { CleanPolicy } from "../../../../src/domain/cleaning/clean-text.ts";
import { createStreamCleaner } from "../../../../src/domain/cleaning/stream-cleaner.ts";
import type { Bridge } from "../../../../src/domain/protocols/bridge.ts";
import { protocols } from "../../../../src/domain/protocols/protocol.ts";
import type { CommitPoint } from "../../../../src/domain/routing/types.ts";
import type { BodyRead } from "../../../../src/ports/upstream.ts";
import { captureLimits } from "../../../lab/capture-limits.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { createRandom, type Random } from "../../../lab/random.ts";
import { plainBridge } from "../../../lab/plain-bridge.ts";

const text = new TextEncoder();

interface Stream {
  readonly protocol: ProtocolName;
  readonly framing: Framing;
  readonly policy: CleanPolicy;
  readonly commit: CommitPoint;
}

/** All that anybody can know of a stream once it is over. */
interface Told {
  readonly bytes: string;
  readonly contents: number;
  readonly outcome: unknown;
  readonly committed: boolean;
  readonly changed: boolean;
  readonly warnings: readonly string[];
  readonly remark: string | null;
  readonly received: string;
  readonly usage: ReportedUsage;
}

/** @param unread false: every event is read, since the editor wants to see it */
async function relayed(
  { protocol, framing, policy, commit }: Stream,
  reads: readonly Uint8Array[],
  unread: boolean,
): Promise<{ readonly told: Told; readonly shown: number; readonly kept: number }> {
  let shown = 0;
  const bridge: Bridge = {
    ...plainBridge,
    editor() {
      const cleaner = createStreamCleaner(protocols[protocol].slots, policy);
      if (cleaner === null && unread) return null;
      return {
        frame(frame, json) {
          shown++;
          return cleaner === null ? [frame.bytes] : cleaner.frame(frame, json);
        },
        spares: () => (unread && cleaner !== null ? cleaner.spares() : "nothing"),
        end: () => cleaner?.end() ?? [],
        changed: () => cleaner?.changed() ?? false,
      };
    },
  };
  let at = 0;
  const body = {
    read(): Promise<BodyRead> {
      const bytes = reads[at++];
      return Promise.resolve(bytes === undefined ? { kind: "end" } : { kind: "bytes", bytes });
    },
    cancel: () => undefined,
  };
  const capture = createCapture(captureLimits(1 << 20));
  const usage = createCapture({ ...captureLimits(1 << 20), usageOnly: true });
  const both: Capture = {
    ...capture,
    add(bytes, spare) {
      capture.add(bytes, spare);
      usage.add(bytes, spare);
    },
    content: (events) => capture.content(events),
  };
  const clock = { ...createHandClock(), elapsed: () => 0, id: () => "", chance: () => 0 };
  const source = createLiveSource(body, { framing, protocol }, commit, bridge, both, clock);
  const sent: Uint8Array[] = [];
  for (;;) {
    const { pieces, outcome } = await source.next();
    sent.push(...pieces);
    if (outcome === "open") continue;
    const said = {
      bytes: new TextDecoder().decode(joinBytes(sent)),
      contents: capture.contents(),
      outcome:
        typeof outcome === "object" && outcome.event !== null
          ? { ...outcome, event: new TextDecoder().decode(outcome.event) }
          : outcome,
      committed: source.committed(),
      changed: source.changed(),
      warnings: source.warnings(),
      remark: source.remark(),
      received: new TextDecoder().decode(joinBytes(capture.body()?.chunks ?? [])),
      usage: reportedUsage(usage.body()),
    };
    const kept = (usage.body()?.chunks ?? []).reduce((sum, { length }) => sum + length, 0);
    return { told: said, shown, kept };
  }
}

const keep: CleanPolicy = {
  stripThinking: "keep",
  stripJsonMarkdown: false,
  thinkingPrefilled: false,
};
const policies: readonly CleanPolicy[] = [
  keep,
  { ...keep, stripThinking: "strip" },
  { ...keep, stripThinking: "move" },
  { ...keep, stripJsonMarkdown: true },
  { ...keep, stripThinking: "move", stripJsonMarkdown: true, thinkingPrefilled: true },
];

const snippets = (
  'a wörld 漢字 🌦️ { } : [ ] < > / \\ " ` ``` ~~~ \u2028 \u0000 [json] <think> </think> [THINK] [/THINK] ' +
  '"error":" "finish_reason":"stop"'
)
  .split(" ")
  .concat("\t", "\n", "\n\n", "\r\n", "```json\n", " word", " words and more");

const words = (random: Random): string =>
  random.chance(0.6)
    ? random.pick([" word", "s", "wörld", " words"])
    : Array.from({ length: random.int(0, 3) }, () => random.pick(snippets)).join("");

type Make = (random: Random, what: string) => object;

const chat: Make = (random, what) => {
  const index = random.chance(0.9) ? 0 : 1;
  const delta = random.chance(0.9)
    ? { content: what }
    : random.pick<object>([
        { reasoning_content: what },
        { content: what, reasoning_content: words(random) },
        { content: null, reasoning: what },
        { tool_calls: [{ index, function: { arguments: what } }] },
        { content: [{ type: random.pick(["text", "thinking"]), text: what }] },
        { role: "assistant", content: "" },
      ]);
  const choice = { index, delta, finish_reason: random.chance(0.06) ? "stop" : null };
  const choices = random.chance(0.05) ? [choice, { ...choice, index: 1 }] : [choice];
  const rest = random.chance(0.05) ? { usage: { total_tokens: random.int(0, 99) } } : {};
  const error = random.chance(0.01) ? { error: { message: what } } : {};
  return { id: "c", created: random.int(9, 11), choices, ...rest, ...error, obfuscation: what };
};

const completion: Make = (random, text) => ({
  choices: [{ index: 0, text, finish_reason: random.chance(0.02) ? "length" : null }],
});

const message: Make = (random, what) =>
  random.chance(0.02)
    ? { type: "message_stop" }
    : {
        type: random.chance(0.95) ? "content_block_delta" : "content_block_start",
        index: random.int(0, 1),
        delta: random.pick([
          { type: "text_delta", text: what },
          { type: "thinking_delta", thinking: what },
        ]),
        ...(random.chance(0.04) ? { usage: { output_tokens: random.int(1, 99) } } : {}),
      };

const response: Make = (random, delta) => ({
  type: random.chance(0.95)
    ? "response.output_text.delta"
    : random.pick(["response.completed", "response.failed", "response.reasoning_text.delta"]),
  sequence_number: random.int(0, 120),
  delta,
  obfuscation: words(random),
});

const line: Make = (random, what) => ({
  model: "m",
  created_at: `2026-11-28T10:00:0${random.int(0, 9)}Z`,
  message: {
    role: "assistant",
    content: random.chance(0.9) ? what : "",
    ...(random.chance(0.1) ? { thinking: words(random) } : {}),
  },
  done: random.chance(0.02),
  ...(random.chance(0.04) ? { eval_count: random.int(1, 99) } : {}),
});

const forms: readonly (readonly [ProtocolName, Framing, Make])[] = [
  ["openai-chat", "sse", chat],
  ["openai-chat", "sse", completion],
  ["anthropic-messages", "sse", message],
  ["openai-responses", "sse", response],
  ["ollama", "ndjson", line],
];

function eventsOf(random: Random, framing: Framing, make: Make): Uint8Array[] {
  const crlf = random.chance(0.2) ? "\r\n" : "\n";
  const spaced = random.chance(0.2);
  return Array.from({ length: random.int(1, 40) }, () => {
    const value = make(random, words(random));
    let json = JSON.stringify(value);
    if (spaced)
      json = json.replaceAll(/"(:|,")/g, (all) => all.replace(/[:,]/, (mark) => `${mark} `));
    const named = random.chance(0.05) ? `event: ${random.pick(["x", "error"])}${crlf}` : "";
    const odd = random.chance(0.04)
      ? random.pick([": ping\n", "\n", "\r\n", "data: [DONE]\n\n", "data:\n\n", "{\n\n"])
      : "";
    const event = text.encode(
      framing === "ndjson" ? `${json}${crlf}${odd}` : `${named}data: ${json}${crlf}${crlf}${odd}`,
    );
    return random.chance(0.04) ? spoilt(random, event) : event;
  });
}

/** One byte another, one too many or one missing. */
function spoilt(random: Random, event: Uint8Array): Uint8Array {
  const at = random.int(0, event.length - 1);
  const byte = random.pick([...text.encode('"\\{}[]:,0\n\r e'), random.int(0, 255)]);
  const after = event.subarray(at + random.pick([0, 1, 1]));
  return joinBytes([event.subarray(0, at), Uint8Array.of(byte).subarray(random.int(0, 1)), after]);
}

/** Mostly whole events, several at a time; here and there cut anywhere. */
function readsOf(random: Random, events: readonly Uint8Array[]): Uint8Array[] {
  const cutShare = random.pick([0, 0.05, 0.5]);
  const reads: Uint8Array[] = [];
  for (let at = 0; at < events.length;) {
    const to = at + random.int(1, 4);
    const read = joinBytes(events.slice(at, to));
    const cut = random.chance(cutShare) ? random.int(0, read.length) : read.length;
    reads.push(read.subarray(0, cut), read.subarray(cut));
    at = to;
  }
  return reads.filter(({ length }) => length > 0);
}

describe.each(forms)("%s, %s", (protocol, framing, make) => {
  test.each([1, 2, 3, 4])("seed %d: as if every event had been read", async (seed) => {
    const random = createRandom(seed * 7_919);
    let events = 0;
    let shown = 0;
    for (let count = 0; count < 150; count++) {
      const policy = random.pick(policies);
      const commit = random.pick<CommitPoint>(["first_content", "first_answer", "full"]);
      const stream: Stream = { protocol, framing, policy, commit };
      const reads = readsOf(random, eventsOf(random, framing, make));
      const some = await relayed(stream, reads, true);
      const all = await relayed(stream, reads, false);
      expect({ count, ...some.told }).toEqual({ count, ...all.told });
      events += all.shown;
      shown += some.shown;
    }
    // Where the protocol has a cleaner, what it was not shown was not read.
    if (protocols[protocol].slots !== null) expect(shown).toBeLessThan(events * 0.9);
  });
});

describe("of a stream of plain words only the first events are read", () => {
  const say = {
    "openai-chat": (what: string) =>
      `data: {"id":"c","choices":[{"index":0,"delta":{"content":"${what}"},"finish_reason":null}]}\n\n`,
    ollama: (what: string) =>
      `{"created_at":"${what}","message":{"role":"assistant","content":"${what}"},"done":false}\n`,
  };
  test.each([
    ["openai-chat", "sse", "each in a read", 0],
    ["openai-chat", "sse", "each in two reads", 1],
    ["openai-chat", "sse", "each read with the end of one and the beginning of the next", 2],
    ["ollama", "ndjson", "each in a read", 0],
    ["ollama", "ndjson", "each in two reads", 1],
    ["ollama", "ndjson", "each read with the end of one and the beginning of the next", 2],
  ] as const)("%s, %s, %s", async (protocol, framing, _, how) => {
    const policy: CleanPolicy = { ...keep, stripThinking: "strip", stripJsonMarkdown: true };
    const events = ["Once", " upon", " a", ' \\"time\\"', "wörld", " more"].map((what) =>
      text.encode(say[protocol](what)),
    );
    const whole = joinBytes(events);
    const starts = events.map((_, at) => joinBytes(events.slice(0, at)).length);
    const cuts = starts.flatMap((start) => [[start], [start, start + 9], [start + 9]][how] ?? []);
    const reads = [0, ...cuts].map((from, at) => whole.subarray(from, cuts[at]));
    const { told, shown, kept } = await relayed(
      { protocol, framing, policy, commit: "first_content" },
      reads,
      true,
    );
    expect(told).toMatchObject({ contents: 6, changed: false });
    expect(shown).toBe(1);
    // Of the others no more is kept for their usage than what reads cut off.
    expect(kept).toBeLessThan(2 * events[0]!.length);
  });
});
