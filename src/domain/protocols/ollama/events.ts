// Ollama's lines: content, end and failure.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import {
  type ContentKind,
  type EventForm,
  type EventReading,
  holdsItems,
  holdsText,
  isFilled,
  says,
  saysError,
} from "../event-reading.ts";
import { failureIn } from "../failure-in.ts";

export const ollamaEvents: EventForm = {
  framing: "ndjson",
  done: null,
  ping: null,
  early: null,
  fromWhole: null,
  texts: ["content", "response", "thinking"],
  reader: () => readLine,
  brings: (answer) =>
    contentOf(answer) !== null || isFilled(answer["embeddings"]) || isFilled(answer["embedding"]),
};

function readLine(line: JsonRecord): EventReading {
  const content = contentOf(line);
  const failure = failureIn(line, content !== null);
  if (failure !== null) return saysError(failure);
  const done = line["done"] === true || line["status"] === lastProgress;
  if (content === null) return done ? says.final : says.nothing;
  return done ? { ...says[content], end: "final" } : says[content];
}

/** What a line, or a whole answer of Ollama's, brings. */
function contentOf(line: JsonRecord): ContentKind | null {
  const message = isRecord(line["message"]) ? line["message"] : null;
  if (holdsText(line["response"])) return "answer";
  if (message !== null && (holdsText(message["content"]) || holdsItems(message["tool_calls"])))
    return "answer";
  if (holdsText(line["thinking"]) || holdsText(message?.["thinking"])) return "reasoning";
  return typeof line["status"] === "string" ? "answer" : null;
}

/** How a pull, a push and the making of a model end that went well; their other lines have other words. */
const lastProgress = "success";
