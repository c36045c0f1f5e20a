// What the log's thread takes into account where it marks a prompt as cut.
import { expect, test } from "bun:test";
import { createCallContexts } from "../../../../src/adapters/logs/pipeline/call-contexts.ts";
import { createEntryReader } from "../../../../src/adapters/logs/pipeline/read-entry.ts";
import type { LogEntry } from "../../../../src/domain/log/log-entry.ts";
import { captured, logEntry } from "../../../lab/log-entries.ts";

const words = "Please look at what the function returns where its list is empty; ".repeat(1_000);
const chat = { path: "/api/chat", service: "ollama", protocol: "native" } as const;
const asked = (more: object = {}) =>
  JSON.stringify({ messages: [{ role: "user", content: words }], ...more });
const ofOllama = (count: number) =>
  JSON.stringify({
    message: { content: "ok" },
    done: true,
    prompt_eval_count: count,
    eval_count: 1,
  });
const ofOpenAi = (count: number, more: object = {}) =>
  JSON.stringify({
    choices: [{ message: { content: "ok" } }],
    usage: { prompt_tokens: count, completion_tokens: 1 },
    ...more,
  });

function warned(
  entry: Partial<LogEntry>,
  request: string,
  response: string,
  contexts = createCallContexts(),
) {
  const reader = createEntryReader({ contextOf: (call) => contexts.of(call) });
  const bodies = { request: captured(request), response: captured(response) };
  const read = reader.read({ entry: logEntry({ path: "/v1/chat/completions", ...entry }), bodies });
  return read.sense.warnings.includes("prompt_truncated");
}

test("the context that a request asks Ollama for", () => {
  const small = asked({ options: { num_ctx: 4_096 } });
  expect(warned(chat, small, ofOllama(3_900))).toBe(true);
  expect(warned(chat, asked({ options: { num_ctx: 65_536 } }), ofOllama(3_900))).toBe(false);
  expect(warned(chat, asked(), ofOllama(3_900))).toBe(false);
  // Left out on the way to another server.
  expect(warned({ ...chat, protocol: "ollama>chat" }, small, ofOpenAi(14_000))).toBe(false);
});

test("the context that a server says its loaded model has", () => {
  const contexts = createCallContexts();
  contexts.adopt([{ server: "box", isOllama: true, models: [["qwen3", 4_096]] }]);
  const call = { upstream: "box", mappedModel: "qwen3:latest" };
  expect(warned(call, asked(), ofOpenAi(3_900), contexts)).toBe(true);
  expect(warned({ ...call, mappedModel: "other" }, asked(), ofOpenAi(3_900), contexts)).toBe(false);
  expect(warned({ ...call, upstream: "hosted" }, asked(), ofOpenAi(3_900), contexts)).toBe(true);
});

test("Ollama's own OpenAI surface, which may leave out what was cached", () => {
  expect(warned({}, asked(), ofOpenAi(900, { system_fingerprint: "fp_ollama" }))).toBe(false);
  expect(warned({}, asked(), ofOpenAi(900))).toBe(true);
});

test("calls that failed, that were not counted, or that are no conversation, are left alone", () => {
  expect(warned({ state: "failed" }, asked(), ofOpenAi(900))).toBe(false);
  expect(warned({}, asked(), JSON.stringify({ choices: [{ message: { content: "ok" } }] }))).toBe(
    false,
  );
  expect(warned({ path: "/v1/embeddings" }, JSON.stringify({ input: words }), ofOpenAi(900))).toBe(
    false,
  );
  expect(warned({}, "not JSON", ofOpenAi(900))).toBe(false);
});
