// A stream translated line by line, and put together again as Ollama's clients do it.
import { expect } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { startedAt, translateStream } from "./pipeline.ts";
import { asReceived } from "./written.ts";

/** All lines of a stream whose events come every 10 ms. */
export function streamLines(
  kind: "chat" | "generate",
  events: readonly (JsonRecord | "[DONE]")[],
): readonly JsonRecord[] {
  const translator = translateStream(kind);
  let now = startedAt;
  const lines = events.flatMap((event) =>
    translator.push(event === "[DONE]" ? event : asReceived(event), (now += 10)),
  );
  return [...lines, ...translator.end(now)].map((line) => JSON.parse(line) as JsonRecord);
}

/** The whole answer that the lines add up to; fails where they are not a proper stream. */
export function reassembledAnswer(
  kind: "chat" | "generate",
  lines: readonly JsonRecord[],
): JsonRecord {
  expect(lines.map((line) => line["done"])).toEqual(lines.map((_, at) => at === lines.length - 1));
  const last = lines.at(-1)!;
  const held = lines.map((line) => (kind === "chat" ? (line["message"] as JsonRecord) : line));
  const text = (key: string) => held.map((part) => (part[key] ?? "") as string).join("");
  const list = (key: string, from: readonly JsonRecord[]) =>
    from.flatMap((part) => (part[key] ?? []) as readonly unknown[]);
  const thinking = text("thinking");
  const calls = list("tool_calls", held);
  const logprobs = list("logprobs", lines);
  const more = {
    ...(thinking === "" ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    ...last,
    ...(kind === "chat"
      ? { message: { role: "assistant", content: text("content"), ...more } }
      : { response: text("response"), ...more }),
    ...(logprobs.length === 0 ? {} : { logprobs }),
  };
}

/** Durations and times, which depend on how the answer came. */
export function untimed(answer: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(answer).filter(([key]) => key !== "created_at" && !key.endsWith("_duration")),
  );
}
