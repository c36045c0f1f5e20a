// What a call's trace says of the servers that were asked.
import { expect, test } from "bun:test";
import { noUsage } from "../../../src/domain/log/answer-usage.ts";
import { callSpans } from "../../../src/domain/log/call-spans.ts";
import { withTraceparent } from "../../../src/domain/log/trace-context.ts";
import { logEntry } from "../../lab/log-entries.ts";

test.each([
  ["native", "anthropic"],
  ["messages>chat", "openai"],
  ["messages>ollama", "ollama"],
])("a server that was asked %s is one of %s's form", (protocol, provider) => {
  const [first] = logEntry().attempts;
  if (first === undefined) throw new Error("no attempt");
  const entry = logEntry({
    service: "anthropic",
    path: "/v1/messages",
    requestHeaders: withTraceparent(logEntry().id, []),
    attempts: [{ ...first, protocol }],
  });
  const usage = { ...noUsage, prompt: 5_012, cached: 5_000, completion: 40 };
  const [, attempt] = callSpans(entry, usage);
  expect(attempt?.name).toBe("chat llama3");
  expect(attempt?.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": provider,
    "gen_ai.usage.input_tokens": 5_012,
    "gen_ai.usage.cache_read.input_tokens": 5_000,
    "gen_ai.usage.output_tokens": 40,
  });
});

test("of two servers that were asked at once the one that served has the tokens, and the other no error", () => {
  const [first] = logEntry().attempts;
  if (first === undefined) throw new Error("no attempt");
  const entry = logEntry({
    requestHeaders: withTraceparent(logEntry().id, []),
    attempts: [
      { ...first, upstream: "winner", reason: "served", error: null },
      { ...first, upstream: "loser", reason: "outrun", error: "winner answered first" },
    ],
  });
  const [, winner, loser] = callSpans(entry, { ...noUsage, completion: 40 });
  expect(winner?.attributes["gen_ai.usage.output_tokens"]).toBe(40);
  expect(loser).toMatchObject({
    error: null,
    attributes: {
      "error.type": null,
      "smolrouter.outrun": true,
      "gen_ai.usage.output_tokens": null,
    },
  });
});
