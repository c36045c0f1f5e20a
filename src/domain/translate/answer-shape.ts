// The lines and whole answers of Ollama's chat and generate.
import type { JsonRecord } from "../json.ts";
import type { AssembledCalls } from "./tool-call-assembler.ts";

export interface SaidPiece {
  readonly content: string;
  readonly thinking: string;
  readonly calls: readonly JsonRecord[];
  readonly logprobs: readonly JsonRecord[];
}

export const nothingSaid: SaidPiece = { content: "", thinking: "", calls: [], logprobs: [] };

/** The fields that hold what the model said. */
export function saidFields(kind: "chat" | "generate", said: SaidPiece): JsonRecord {
  const more = {
    ...(said.thinking === "" ? {} : { thinking: said.thinking }),
    ...(said.calls.length === 0 ? {} : { tool_calls: said.calls }),
  };
  const logprobs = said.logprobs.length === 0 ? {} : { logprobs: said.logprobs };
  return kind === "chat"
    ? { message: { role: "assistant", content: said.content, ...more }, ...logprobs }
    : { response: said.content, ...more, ...logprobs };
}

/** Calls that could not be read, as they follow the content so far. */
export function unreadableText({ unreadable }: AssembledCalls, afterText: boolean): string {
  return unreadable.map((text, index) => (afterText || index > 0 ? `\n${text}` : text)).join("");
}

/** RFC 3339, UTC. @param at epoch ms */
export function timestamp(at: number): string {
  return new Date(at).toISOString();
}
