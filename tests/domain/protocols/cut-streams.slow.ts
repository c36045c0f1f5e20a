// Streams of four protocols cut anywhere on their way into a client's: it gets the same bytes. A quarter
// of a million cuts; SWEEP=full makes ten million.
import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { messageEvents, messageStream } from "../../lab/messages-answer.ts";
import { printTable } from "../../lab/print-table.ts";
import { createRandom } from "../../lab/random.ts";
import { responseEvents, responseStream } from "../../lab/responses-answer.ts";
import { readResponseStream } from "../../lab/responses-checker.ts";
import { sweep } from "../../lab/sweep.ts";
import { translatedCall } from "../../lab/translated-call.ts";
import { anyAnswer as anyMessage } from "./anthropic-messages/over-messages-rules.ts";
import { anyChatStream } from "./anthropic-messages/any-chat-stream.ts";
import { anyAnswer } from "./ollama/any-answer.ts";
import { streamOf } from "./ollama/over-ollama-rules.ts";
import { anyAnswer as anyResponse } from "./openai-responses/over-responses-rules.ts";

const seed = Number(process.env["SMOLROUTER_TEST_SEED"] ?? Date.now() % 1_000_000_000);

const streams: Partial<Record<ProtocolName, fc.Arbitrary<string>>> = {
  "openai-chat": anyChatStream.map(({ events }) =>
    events
      .map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)
      .join(""),
  ),
  "anthropic-messages": anyMessage.map((answer) => messageStream(messageEvents(answer))),
  ollama: anyAnswer.map(({ said }) => streamOf(said, 4)),
  "openai-responses": anyResponse.map((answer) => responseStream(responseEvents(answer))),
};

const ways: readonly (readonly [client: string, server: ProtocolName])[] = [
  ["/v1/messages", "openai-chat"],
  ["/v1/messages", "ollama"],
  ["/v1/chat/completions", "anthropic-messages"],
  ["/v1/chat/completions", "ollama"],
  ["/api/chat", "anthropic-messages"],
  ["/api/chat", "openai-chat"],
  ["/v1/responses", "openai-chat"],
  ["/v1/responses", "anthropic-messages"],
  ["/v1/responses", "ollama"],
  ["/v1/messages", "openai-responses"],
  ["/v1/chat/completions", "openai-responses"],
  ["/api/chat", "openai-responses"],
];

const said = [{ role: "user", content: "hi" }];
const asChat: JsonRecord = {
  stream: true,
  max_tokens: 9,
  thinking: { type: "adaptive" },
  messages: said,
};
const asResponse: JsonRecord = {
  stream: true,
  input: said,
  include: ["reasoning.encrypted_content"],
  // Half of the calls are of custom tools.
  tools: ["tool0", "tool2", "look", "time"].map((name) => ({ type: "custom", name })),
};
const cutsEach = Math.ceil(sweep(10_000_000) / ways.length);
const figures: (string | number)[][] = [];

afterAll(() => {
  printTable("streams cut at random", ["client", "server", "cuts", "seconds"], figures);
});

test.each(ways)(
  `%s over %s: the bytes are the same wherever it is cut (SMOLROUTER_TEST_SEED=${seed})`,
  (path, server) => {
    const request = path === "/v1/responses" ? asResponse : asChat;
    const random = createRandom(seed);
    const samples = fc.sample(streams[server] ?? fc.constant(""), { seed, numRuns: 200 });
    const started = performance.now();
    let cuts = 0;
    while (cuts < cutsEach) {
      const stream = random.pick(samples);
      const expected = translatedCall(path, request, server).stream(stream);
      if (path === "/v1/responses") readResponseStream(expected);
      for (let time = 0; time < 50 && stream.length > 1; time++) {
        // In UTF-8 it is no shorter than its characters.
        const lengths: number[] = [];
        const longest = random.pick([1, 4, 40, 400]);
        for (let at = 0; at < stream.length; at += lengths.at(-1) ?? 1)
          lengths.push(random.int(1, longest));
        const said = translatedCall(path, request, server).stream(stream, lengths);
        if (said !== expected)
          expect({ stream, lengths, said }).toEqual({ stream, lengths, said: expected });
        cuts += lengths.length;
      }
    }
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    figures.push([path, server, cuts, seconds]);
  },
);
