// Answers of Anthropic's messages, whole or as streams, read into neutral events.
import { sseJson, lineJson } from "../../bytes/event-json.ts";
import type { Frame } from "../../bytes/frame.ts";
import type { Framing } from "../../bytes/framing.ts";
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import { jsonSource, type JsonSource } from "../../bytes/json-source.ts";
import type { AnswerEvent, AnswerEventReader } from "../neutral/answer.ts";
import { saysNothing } from "../neutral/request-notes.ts";
import { describeError } from "../upstream-error.ts";
import { type AnswerBlocks, createAnswerBlocks } from "./answer-blocks.ts";
import { messagesFinish } from "./usage.ts";
import { createUsageReader, type UsageReader } from "./usage-reader.ts";

/** @param framing of the answer, where it comes as a stream */
export function createMessagesReader(framing: Framing): AnswerEventReader {
  const locate = framing === "ndjson" ? lineJson : sseJson;
  const blocks = createAnswerBlocks();
  const usage = createUsageReader();
  return {
    event(frame, json) {
      if (json === null) return null;
      return readEvent(json, frame, blocks, usage, () => jsonSource(json, () => locate(frame)));
    },
    whole: (answer) =>
      Array.isArray(answer.record["content"]) ? readMessage(answer, blocks, usage) : null,
  };
}

function readEvent(
  event: JsonRecord,
  frame: Frame,
  blocks: AnswerBlocks,
  usage: UsageReader,
  source: () => JsonSource,
): readonly AnswerEvent[] | null {
  const { index } = event;
  switch (event["type"] ?? frame.event) {
    case "message_start": {
      const message = source().member("message");
      return [...content(message, blocks), ...counts(message.member("usage"), usage, true)];
    }
    case "content_block_start": {
      const block = event["content_block"];
      return isRecord(block)
        ? blocks.start(index, block, () => source().member("content_block"))
        : nothing;
    }
    case "content_block_delta": {
      const { delta } = event;
      return isRecord(delta) ? blocks.delta(index, delta) : nothing;
    }
    case "content_block_stop":
      return blocks.stop(index);
    case "message_delta": {
      const { delta } = event;
      return [
        ...counts(source().member("usage"), usage, false),
        ...(isRecord(delta) ? [...losses(delta), ...finish(delta)] : nothing),
        ...losses(event),
      ];
    }
    case "message_stop":
      return end;
    case "error":
      return [{ kind: "error", ...describeError(event) }];
    case "ping":
      return null;
    default:
      return nothing;
  }
}

const nothing: readonly AnswerEvent[] = [];
const end: readonly AnswerEvent[] = [{ kind: "end" }];

function readMessage(
  message: JsonSource,
  blocks: AnswerBlocks,
  usage: UsageReader,
): readonly AnswerEvent[] {
  return [
    ...content(message, blocks),
    ...counts(message.member("usage"), usage, false),
    ...losses(message.record),
    ...finish(message.record),
  ];
}

function content(message: JsonSource, blocks: AnswerBlocks): readonly AnswerEvent[] {
  return message
    .member("content")
    .items()
    .flatMap((block) => (isRecord(block.value) ? blocks.whole(block) : nothing));
}

function counts(source: JsonSource, usage: UsageReader, begins: boolean): readonly AnswerEvent[] {
  const event = usage.take(source, begins);
  return event === null ? nothing : [event];
}

/** What stands beside the content, and has no neutral word. */
const unplaced = ["container", "context_management", "stop_details"];

function losses(holder: JsonRecord): readonly AnswerEvent[] {
  return unplaced.flatMap((key): readonly AnswerEvent[] =>
    saysNothing(holder[key]) ? nothing : [{ kind: "other", field: `answer.${key}` }],
  );
}

const inChat: ReadonlyMap<string, string> = new Map(messagesFinish.inChat);

/** Ends after which the client would have to ask on, in a way that only Anthropic's own can. */
const paused = new Set(["pause_turn", "compaction"]);

function finish(holder: JsonRecord): readonly AnswerEvent[] {
  const word = textMember(holder, "stop_reason");
  if (word === null) return nothing;
  const said: AnswerEvent = { kind: "finish", reason: inChat.get(word) ?? word };
  return paused.has(word) ? [{ kind: "other", field: "answer.stop_reason" }, said] : [said];
}
