// Answers of chats and completions, whole or as streams, read into neutral events.
import type { Frame } from "../../bytes/frame.ts";
import type { Framing } from "../../bytes/framing.ts";
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import { type JsonSource, jsonSource } from "../../bytes/json-source.ts";
import { lineJson, sseJson } from "../../bytes/event-json.ts";
import { failureIn } from "../failure-in.ts";
import type { AnswerEvent, AnswerEventReader } from "../neutral/answer.ts";
import { holdsError } from "../upstream-error.ts";
import { type CallPieces, createCallPieces } from "./call-pieces.ts";
import { messageKey, readContent } from "./choice-reading.ts";
import { readLogprobs } from "./logprobs-reading.ts";
import { usageEvent } from "./usage-event.ts";

/** A document beside its text, which is looked for only where a part of it is carried as it was written. */
type FindSource = () => JsonSource;

/** @param framing of the answer, where it comes as a stream */
export function createChatReader(framing: Framing): AnswerEventReader {
  const locate = framing === "ndjson" ? lineJson : sseJson;
  const calls = createCallPieces();
  let now: { readonly frame: Frame; readonly json: JsonRecord } | null = null;

  /** One for all events of the stream, of which hardly any needs it. */
  function source(): JsonSource {
    const current = now;
    if (current === null) throw new Error("no event is being read");
    return jsonSource(current.json, () => locate(current.frame));
  }

  return {
    event(frame, json) {
      if (json === null) return frame.data?.trim() === "[DONE]" ? end : null;
      now = { frame, json };
      return readDocument(json, source, false, calls);
    },
    whole: (answer) =>
      Array.isArray(answer.record["choices"])
        ? readDocument(answer.record, () => answer, true, calls)
        : null,
  };
}

const end: readonly AnswerEvent[] = [{ kind: "end" }];
const none: readonly unknown[] = [];
const otherChoices: AnswerEvent = { kind: "other", field: "answer.choices" };
const annotations: AnswerEvent = { kind: "other", field: "answer.annotations" };
const audio: AnswerEvent = { kind: "other", field: "answer.audio" };

/** @param whole an answer rather than an event of one */
function readDocument(
  record: JsonRecord,
  source: FindSource,
  whole: boolean,
  calls: CallPieces,
): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [];
  if (isRecord(record["usage"]) || isRecord(record["timings"])) events.push(usageEvent(source()));
  const choices = record["choices"];
  const list: readonly unknown[] = Array.isArray(choices) ? choices : none;
  let first: JsonRecord | null = null;
  let place = 0;
  let suspect =
    holdsError(record) || record["status"] === "failed" || record["done_reason"] === "error";
  for (let at = 0; at < list.length; at++) {
    const choice = list[at];
    if (!isRecord(choice)) continue;
    suspect ||= choice["finish_reason"] === "error" || holdsError(choice);
    if (first === null && (choice["index"] ?? 0) === 0) {
      first = choice;
      place = at;
    } else events.push(otherChoices);
  }
  if (first !== null) readChoice(first, place, source, whole, calls, events);
  if (suspect && !whole) {
    const failure = failureIn(record, events.some(isContent));
    if (failure !== null) events.push({ kind: "error", ...failure });
  }
  return events;
}

/** Pictures are not counted: an error beside them is one. */
function isContent({ kind }: AnswerEvent): boolean {
  return kind === "text" || kind === "thinking" || kind === "calls";
}

/** The choice counted 0, which is all that a client gets. */
function readChoice(
  choice: JsonRecord,
  place: number,
  source: FindSource,
  whole: boolean,
  calls: CallPieces,
  events: AnswerEvent[],
): void {
  const key = messageKey(choice);
  const message = choice[key];
  const held = isRecord(message) ? message : nothingHeld;
  readContent(choice, held, events);
  if (isRecord(held["audio"])) events.push(audio);
  if (Array.isArray(held["annotations"]) && held["annotations"].length > 0)
    events.push(annotations);
  const called = held["tool_calls"] ?? held["function_call"];
  if (called !== undefined && called !== null) {
    const pieces = calls.take(choiceSource(source, place).member(key), whole);
    events.push({ kind: "calls", pieces });
  }
  if (isRecord(choice["logprobs"])) {
    const tokens = readLogprobs(choiceSource(source, place));
    if (tokens.length > 0) events.push({ kind: "logprobs", tokens });
  }
  const reason = textMember(choice, "finish_reason");
  if (reason === null) return;
  events.push({ kind: "finish", reason });
  calls.finish();
}

const nothingHeld: JsonRecord = {};

function choiceSource(source: FindSource, place: number): JsonSource {
  const choice = source().member("choices").items()[place];
  if (choice === undefined) throw new Error("the list is shorter than it was");
  return choice;
}
