// The lines and whole answers of Ollama's chat and generate.
import type { WrittenObject } from "../../bytes/json-written.ts";

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
  const more = {
    ...(said.thinking === "" ? {} : { thinking: said.thinking }),
    ...(said.calls.length === 0 ? {} : { tool_calls: said.calls }),
  };
  const images = said.images.length === 0 ? {} : { images: said.images };
  const logprobs = said.logprobs.length === 0 ? {} : { logprobs: said.logprobs };
  return kind === "chat"
    ? { message: { role: "assistant", content: said.content, ...images, ...more }, ...logprobs }
    : { response: said.content, ...more, ...logprobs };
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
