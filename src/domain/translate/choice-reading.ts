// What the first choice of an OpenAI document says, be it a whole message, a delta or a completion.
import { isRecord } from "../json.ts";
import type { JsonRecord } from "../json.ts";
import { textMember } from "./call-ids.ts";

export interface ReadChoice {
  readonly choice: JsonRecord;
  /** Holds tool calls; empty for a completion. */
  readonly message: JsonRecord;
  readonly content: string;
  readonly thinking: string;
  /** In OpenAI's words. */
  readonly finishReason: string | null;
}

/** The choice counted 0, which is all that Ollama's form has room for; null where there is none. */
export function readFirstChoice(document: JsonRecord): ReadChoice | null {
  const { choices } = document;
  if (!Array.isArray(choices)) return null;
  const choice = (choices as readonly unknown[])
    .filter(isRecord)
    .find((candidate) => (candidate["index"] ?? 0) === 0);
  if (choice === undefined) return null;
  const held = choice["message"] ?? choice["delta"];
  const message = isRecord(held) ? held : {};
  const { content } = message;
  const parts = Array.isArray(content) ? (content as readonly unknown[]).filter(isRecord) : [];
  const spoken = typeof content === "string" ? content : parts.map(partText).join("");
  // A refusal has no field of its own in Ollama's form, and is what the model had to say.
  const text = (textMember(choice, "text") ?? "") + spoken + (textMember(message, "refusal") ?? "");
  // Servers that know both names fill them with the same words.
  const reasoning =
    textMember(message, "reasoning_content") ?? textMember(message, "reasoning") ?? "";
  return {
    choice,
    message,
    content: text,
    thinking: reasoning + parts.map(partThinking).join(""),
    finishReason: textMember(choice, "finish_reason"),
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
