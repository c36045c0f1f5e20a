// OpenAI's Responses: content, end and failure of its events.
import type { Frame } from "../../bytes/frame.ts";
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import {
  type ContentKind,
  type EventForm,
  type EventReading,
  isFilled,
  says,
  saysError,
} from "../event-reading.ts";
import { createEarlyResponse } from "./early-response.ts";
import { failureIn } from "../failure-in.ts";
import { describeError } from "../upstream-error.ts";
import { responseAsEvents } from "./whole-as-events.ts";

export const responsesEvents: EventForm = {
  framing: "sse",
  done: says.nothing,
  ping: null,
  early: createEarlyResponse,
  fromWhole: responseAsEvents,
  texts: ["delta"],
  reader: () => readEvent,
  brings: ({ output }) => isFilled(output),
};

function readEvent(event: JsonRecord, frame: Frame): EventReading {
  const type = typeof event["type"] === "string" ? event["type"] : (frame.event ?? "");
  const response = isRecord(event["response"]) ? event["response"] : null;
  if (type === "error") return saysError(describeError(event));
  if (type === "response.failed") return saysError(describeError(response ?? event));
  const content = contentOf(type, event);
  const failure =
    failureIn(event, content !== null) ??
    (response === null ? null : failureIn(response, content !== null));
  if (failure !== null) return saysError(failure);
  if (type === "response.completed" || type === "response.incomplete") return says.final;
  return content === null ? says.nothing : says[content];
}

function contentOf(type: string, { item }: JsonRecord): ContentKind | null {
  if (type.endsWith(".delta")) return type.includes("reasoning") ? "reasoning" : "answer";
  // Calls and images may come without a delta.
  if (type !== "response.output_item.done" || !isRecord(item)) return null;
  return item["type"] === "reasoning" ? null : "answer";
}
