// The lines and whole answers of Ollama's chat and generate.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";

export interface SaidPiece {
  readonly content: string;
  readonly thinking: string;
  /** Base64. */
  readonly images: readonly string[];
  readonly calls: readonly WrittenObject[];
  readonly logprobs: readonly WrittenObject[];
}

export const nothingSaid: SaidPiece = {
  content: "",
  thinking: "",
  images: [],
  calls: [],
  logprobs: [],
};

/** The fields that hold what the model said. Images have a place in a chat's message only. */
export function saidFields(kind: "chat" | "generate", said: SaidPiece): WrittenObject {
  const { content, thinking, images, calls, logprobs } = said;
  // Assigned one by one, since every line of a stream comes by here.
  const holder: Record<string, Written> =
    kind === "chat" ? { role: "assistant", content } : { response: content };
  if (kind === "chat" && images.length > 0) holder["images"] = images;
  if (thinking !== "") holder["thinking"] = thinking;
  if (calls.length > 0) holder["tool_calls"] = calls;
  const fields: Record<string, Written> = kind === "chat" ? { message: holder } : holder;
  if (logprobs.length > 0) fields["logprobs"] = logprobs;
  return fields;
}

/** Ollama's `done_reason`: calling a tool is a stop there; reasons it does not know stay as they are. */
export function doneReason(finishReason: string | null): string {
  return finishReason === null || finishReason === "tool_calls" || finishReason === "function_call"
    ? "stop"
    : finishReason;
}

/** RFC 3339, UTC. @param at epoch ms */
export function timestamp(at: number): string {
  return new Date(at).toISOString();
}
