// Answers of Ollama's chats, whole or line by line, read into neutral events.
import { lineJson, sseJson } from "../../bytes/event-json.ts";
import type { Framing } from "../../bytes/framing.ts";
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import { jsonSource, type JsonSource } from "../../bytes/json-source.ts";
import { failureIn } from "../failure-in.ts";
import type { AnswerEvent, AnswerEventReader, CallPiece, UsageEvent } from "../neutral/answer.ts";
import { readTokens } from "../neutral/token-probability.ts";
import { imageUrl } from "./image-url.ts";

/** @param framing of the answer, where it comes as a stream */
export function createOllamaReader(framing: Framing): AnswerEventReader {
  const locate = framing === "ndjson" ? lineJson : sseJson;
  let calls = 0;

  function read(answer: JsonRecord, source: () => JsonSource): AnswerEvent[] {
    const { message } = answer;
    const events = isRecord(message) ? readMessage(message) : [];
    if (isRecord(message) && isFilled(message["tool_calls"])) {
      const list = source().member("message").member("tool_calls").items();
      events.push({ kind: "calls", pieces: list.map((call) => readCall(call, calls++)) });
    }
    if (isFilled(answer["logprobs"]))
      events.push({ kind: "logprobs", tokens: readTokens(source().member("logprobs")) });
    if (answer["done"] !== true) return events;
    // Older versions do not say why.
    const reason = textMember(answer, "done_reason") ?? "stop";
    return [...events, readUsage(source()), { kind: "finish", reason }];
  }

  return {
    event(frame, json) {
      if (json === null) return null;
      const events = read(json, () => jsonSource(json, () => locate(frame)));
      const failure = failureIn(json, events.some(isContent));
      if (failure !== null) return [{ kind: "error", ...failure }];
      if (json["done"] === true) events.push({ kind: "end" });
      return events;
    },
    whole: (answer) =>
      isRecord(answer.record["message"]) ? read(answer.record, () => answer) : null,
  };
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isContent({ kind }: AnswerEvent): boolean {
  return kind === "text" || kind === "thinking" || kind === "calls";
}

function readMessage(message: JsonRecord): AnswerEvent[] {
  const events: AnswerEvent[] = [];
  const thinking = textMember(message, "thinking");
  if (thinking !== null) events.push({ kind: "thinking", text: thinking });
  const text = textMember(message, "content");
  if (text !== null) events.push({ kind: "text", text });
  const { images } = message;
  for (const image of Array.isArray(images) ? (images as readonly unknown[]) : []) {
    const url = typeof image === "string" ? imageUrl(image) : null;
    if (url !== null) events.push({ kind: "image", url });
  }
  return events;
}

/** Calls come whole. */
function readCall(source: JsonSource, call: number): CallPiece {
  const detail = source.member("function");
  const given = detail.member("arguments");
  const { value } = given;
  return {
    call,
    id: textMember(source.record, "id"),
    name: textMember(detail.record, "name") ?? "",
    given: isRecord(value) ? given.raw().text : typeof value === "string" ? value : "{}",
  };
}

function readUsage(answer: JsonSource): UsageEvent {
  return {
    kind: "usage",
    prompt: count(answer, "prompt_eval_count"),
    completion: count(answer, "eval_count"),
    cacheRead: null,
    cacheWritten: null,
    reasoning: null,
    promptMs: milliseconds(answer.record["prompt_eval_duration"]),
    completionMs: milliseconds(answer.record["eval_duration"]),
  };
}

function count(answer: JsonSource, key: string): JsonSource | null {
  const value = answer.record[key];
  return typeof value === "number" && value >= 0 ? answer.member(key) : null;
}

function milliseconds(nanoseconds: unknown): number | null {
  return typeof nanoseconds === "number" ? nanoseconds / 1e6 : null;
}
