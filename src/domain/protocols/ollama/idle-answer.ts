// Answers to requests that ask no model for anything: Ollama loads or unloads one then, or embeds nothing.
import type { WrittenObject } from "../../bytes/json-written.ts";
import { nothingSaid, saidFields, timestamp } from "./answer-shape.ts";
import type { OllamaKind } from "./endpoints.ts";

export type IdleReason = "load" | "unload" | "empty";

/** The answer as Ollama gives it. @param createdAt epoch ms */
export function idleAnswer(
  kind: OllamaKind,
  reason: IdleReason,
  model: string,
  createdAt: number,
): WrittenObject {
  switch (kind) {
    case "chat":
    case "generate":
      return {
        model,
        created_at: timestamp(createdAt),
        ...saidFields(kind, nothingSaid),
        done: true,
        done_reason: reason,
      };
    case "embed":
      return { model, embeddings: [] };
    case "embeddings":
      return { embedding: [] };
  }
}
