// Chat and text completions of OpenAI: content, end and failure of their events and choices.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import {
  type AnswerEnd,
  type ContentKind,
  type EventForm,
  type EventReader,
  holdsItems,
  isFilled,
  holdsText,
  says,
  saysError,
} from "../event-reading.ts";
import { failureIn } from "../failure-in.ts";
import { holdsError } from "../upstream-error.ts";
import { chatAsEvents } from "./whole-as-events.ts";

export const chatEvents: EventForm = {
  framing: "sse",
  done: says.final,
  ping: null,
  early: null,
  fromWhole: chatAsEvents,
  texts: ["content", "text", "reasoning_content", "reasoning", "thinking", "refusal", "arguments"],
  reader: readChoices,
  /** In choices; embeddings, media and judgements in lists. */
  brings: ({ choices, data, results }) =>
    Array.isArray(choices)
      ? (choices as readonly unknown[]).some((one) => isRecord(one) && choiceContent(one) !== null)
      : isFilled(data) || isFilled(results),
};

/**
 * Parallel choices end one by one: the answer is finished when every choice seen has a
 * `finish_reason`. Content that follows one opens its choice again, as agents' servers do after a
 * tool of their own.
 */
function readChoices(): EventReader {
  const open = new Set<unknown>();
  const finished = new Set<unknown>();

  function end(): AnswerEnd {
    return finished.size > 0 && open.size === 0 ? "finished" : "open";
  }

  return (event) => {
    const { choices } = event;
    let content: ContentKind | null = null;
    let hasChoices = false;
    let suspect = holdsError(event) || event["status"] === "failed";
    for (const choice of Array.isArray(choices) ? (choices as readonly unknown[]) : none) {
      if (!isRecord(choice)) continue;
      hasChoices = true;
      const index = choice["index"] ?? 0;
      const brings = choiceContent(choice);
      if (content !== "answer") content = brings ?? content;
      const finish = choice["finish_reason"];
      suspect ||= finish === "error" || holdsError(choice);
      if (typeof finish === "string" && finish !== "") {
        open.delete(index);
        finished.add(index);
      } else if (brings !== null || !finished.has(index)) {
        finished.delete(index);
        open.add(index);
      }
    }
    const failure = suspect ? failureIn(event, content !== null) : null;
    return failure === null
      ? { content, end: hasChoices ? end() : null, error: null }
      : saysError(failure);
  };
}

const none: readonly unknown[] = [];

const answers = ["refusal", "audio", "images"];
const calls = ["tool_calls", "function_call"];
const reasonings = ["reasoning_content", "reasoning", "reasoning_details"];

/** What a choice brings, be it of an event (`delta`), of a whole answer (`message`) or a completion (`text`). */
function choiceContent(choice: JsonRecord): ContentKind | null {
  if (holdsText(choice["text"])) return "answer";
  const said = choice["delta"] ?? choice["message"];
  if (!isRecord(said)) return null;
  const { content } = said;
  const thinks = Array.isArray(content) && (content as readonly unknown[]).every(isThinking);
  if (!thinks && holdsText(content)) return "answer";
  if (answers.some((key) => holdsText(said[key]))) return "answer";
  if (calls.some((key) => holdsItems(said[key]))) return "answer";
  if (thinks && holdsText(content)) return "reasoning";
  return reasonings.some((key) => holdsText(said[key])) ? "reasoning" : null;
}

/** Mistral's models think in parts of the content. */
function isThinking(part: unknown): boolean {
  return isRecord(part) && part["type"] === "thinking";
}
