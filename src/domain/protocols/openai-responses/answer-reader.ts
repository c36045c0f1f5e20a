// Answers of Responses, whole or as streams, read into neutral events.
import { lineJson, sseJson } from "../../bytes/event-json.ts";
import type { Frame } from "../../bytes/frame.ts";
import type { Framing } from "../../bytes/framing.ts";
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import { jsonSource, type JsonSource } from "../../bytes/json-source.ts";
import type { AnswerEvent, AnswerEventReader, UsageEvent } from "../neutral/answer.ts";
import { describeError } from "../upstream-error.ts";
import { type AnswerItems, createAnswerItems } from "./answer-items.ts";

/** @param framing of the answer, where it comes as a stream */
export function createResponsesReader(framing: Framing): AnswerEventReader {
  const locate = framing === "ndjson" ? lineJson : sseJson;
  const items = createAnswerItems();
  return {
    event(frame, json) {
      if (json === null) return null;
      return readEvent(json, frame, items, () => jsonSource(json, () => locate(frame)));
    },
    whole: (answer) =>
      Array.isArray(answer.record["output"]) ? readResponse(answer, items) : null,
  };
}

const nothing: readonly AnswerEvent[] = [];

function readEvent(
  event: JsonRecord,
  frame: Frame,
  items: AnswerItems,
  source: () => JsonSource,
): readonly AnswerEvent[] {
  const type = textMember(event, "type") ?? frame.event ?? "";
  switch (type) {
    case "response.output_item.added":
      return items.added(event);
    case "response.output_text.delta":
    case "response.refusal.delta":
      return items.said(event, type === "response.refusal.delta", source);
    case "response.output_text.annotation.added":
      return items.annotated(event);
    case "response.reasoning_text.delta":
      return items.thought(event, "content");
    case "response.reasoning_summary_text.delta":
      return items.thought(event, "summary");
    case "response.function_call_arguments.delta":
    case "response.custom_tool_call_input.delta":
      return items.called(event);
    case "response.output_item.done":
      return items.done(event, () => source().member("item"));
    case "response.completed":
    case "response.incomplete":
      return [...readResponse(source().member("response"), items), { kind: "end" }];
    case "response.failed":
      return [{ kind: "error", ...describeError(event["response"] ?? event) }];
    case "error":
      return [{ kind: "error", ...describeError(event) }];
    default:
      // Parts begin and end with their texts, and what else there is says how far things have come.
      return nothing;
  }
}

/** What of a response has not come yet. */
function readResponse(response: JsonSource, items: AnswerItems): readonly AnswerEvent[] {
  const rest = items.rest(response.member("output"));
  const usage = usageEvent(response.member("usage"));
  const finish: AnswerEvent = { kind: "finish", reason: reasonOf(response.record) };
  return usage === null ? [...rest, finish] : [...rest, usage, finish];
}

function reasonOf({ status, incomplete_details: details }: JsonRecord): string {
  if (status !== "incomplete") return "stop";
  return isRecord(details) && details["reason"] === "content_filter" ? "content_filter" : "length";
}

function usageEvent(usage: JsonSource): UsageEvent | null {
  if (!isRecord(usage.value)) return null;
  const count = (holder: JsonSource, key: string) =>
    typeof holder.record[key] === "number" ? holder.member(key) : null;
  const details = usage.member("input_tokens_details");
  return {
    kind: "usage",
    prompt: count(usage, "input_tokens"),
    completion: count(usage, "output_tokens"),
    cacheRead: count(details, "cached_tokens"),
    cacheWritten: count(details, "cache_write_tokens"),
    reasoning: count(usage.member("output_tokens_details"), "reasoning_tokens"),
    promptMs: null,
    completionMs: null,
  };
}
