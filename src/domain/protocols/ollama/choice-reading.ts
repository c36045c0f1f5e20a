// What the first choice of an OpenAI document says, be it a whole message, a delta or a completion.
import { isRecord } from "../../bytes/json.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { readImages, type AnswerImages } from "./answer-images.ts";
import { textMember } from "./call-ids.ts";

export interface ReadChoice {
  readonly choice: JsonSource;
  /** Holds tool calls; of a completion there is none. */
  readonly message: JsonSource;
  readonly content: string;
  readonly thinking: string;
  readonly images: AnswerImages;
  /** In OpenAI's words. */
  readonly finishReason: string | null;
}

/** The choice counted 0, which is all that Ollama's form has room for; null where there is none. */
export function readFirstChoice(document: JsonSource): ReadChoice | null {
  const choice = document
    .member("choices")
    .items()
    .find(({ value }) => isRecord(value) && (value["index"] ?? 0) === 0);
  if (choice === undefined) return null;
  const message = choice.member(isRecord(choice.record["message"]) ? "message" : "delta");
  const held = message.record;
  const { content } = held;
  const parts = Array.isArray(content) ? (content as readonly unknown[]).filter(isRecord) : [];
  const spoken = typeof content === "string" ? content : parts.map(partText).join("");
  // A refusal has no field of its own in Ollama's form, and is what the model had to say.
  const text =
    (textMember(choice.record, "text") ?? "") + spoken + (textMember(held, "refusal") ?? "");
  // Servers that know both names fill them with the same words.
  const reasoning = textMember(held, "reasoning_content") ?? textMember(held, "reasoning") ?? "";
  return {
    choice,
    message,
    content: text,
    thinking: reasoning + parts.map(partThinking).join(""),
    images: readImages(held, parts),
    finishReason: textMember(choice.record, "finish_reason"),
  };
}

/** Ollama's `done_reason`: calling a tool is a stop there; reasons it does not know stay as they are. */
export function doneReason(finishReason: string | null): string {
  return finishReason === null || finishReason === "tool_calls" || finishReason === "function_call"
    ? "stop"
    : finishReason;
}

function partText(part: JsonRecord): string {
  return textMember(part, "text") ?? textMember(part, "refusal") ?? "";
}

/** Mistral's models think in parts of the content. */
function partThinking(part: JsonRecord): string {
  const held = part["thinking"];
  if (typeof held === "string") return held;
  return Array.isArray(held)
    ? (held as readonly unknown[]).filter(isRecord).map(partText).join("")
    : "";
}
