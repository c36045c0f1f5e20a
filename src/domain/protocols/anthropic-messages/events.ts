// Anthropic's messages: content, end and failure of their events.
import type { Frame } from "../../bytes/frame.ts";
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import {
  type ContentKind,
  type EventForm,
  type EventReading,
  holdsText,
  isFilled,
  says,
  saysError,
} from "../event-reading.ts";
import { failureIn } from "../failure-in.ts";
import { describeError } from "../upstream-error.ts";
import { messageAsEvents } from "./whole-as-events.ts";

export const messagesEvents: EventForm = {
  framing: "sse",
  // Servers that translate to this protocol leave OpenAI's last word in it.
  done: says.nothing,
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
  early: null,
  fromWhole: messageAsEvents,
  texts: ["text", "thinking", "partial_json"],
  reader: () => readEvent,
  /** Blocks, or the count that was asked for. */
  brings: ({ content, input_tokens }) => isFilled(content) || typeof input_tokens === "number",
};

function readEvent(event: JsonRecord, frame: Frame): EventReading {
  const type = event["type"] ?? frame.event;
  if (type === "error") return saysError(describeError(event));
  const content = contentOf(type, event);
  const failure = failureIn(event, content !== null);
  if (failure !== null) return saysError(failure);
  if (type === "message_stop") return says.final;
  return content === null ? says.nothing : says[content];
}

function contentOf(type: unknown, event: JsonRecord): ContentKind | null {
  if (type === "content_block_delta") return deltaContent(event["delta"]);
  return type === "content_block_start" ? blockContent(event["content_block"]) : null;
}

const reasoningDeltas = new Set<unknown>(["thinking_delta", "signature_delta"]);

/** An empty piece of text or thinking brings nothing; some servers begin each block with one. */
function deltaContent(delta: unknown): ContentKind | null {
  if (!isRecord(delta)) return "answer";
  if (delta["text"] === "" || delta["thinking"] === "") return null;
  return reasoningDeltas.has(delta["type"]) ? "reasoning" : "answer";
}

/** Text and thinking open empty; every other block (a tool's use, a server tool's result) opens with data. */
function blockContent(block: unknown): ContentKind | null {
  if (!isRecord(block)) return null;
  switch (block["type"]) {
    case "text":
      return holdsText(block["text"]) ? "answer" : null;
    case "thinking":
      return holdsText(block["thinking"]) ? "reasoning" : null;
    case "redacted_thinking":
      return "reasoning";
    default:
      return "answer";
  }
}
