// What a server of Responses knows its own reasoning by, and how it gets it back.
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { Addressee } from "../neutral/addressee.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { ReasoningPart } from "../neutral/request.ts";

/** Stands for encrypted content where a server shows all of its reasoning. */
export const plainReasoning = "reasoning_text";

/**
 * Items without ids: nothing is stored under one. Servers take no text of others' reasoning, and of their
 * own only what they sealed or showed whole.
 */
export function reasoningItems(
  part: ReasoningPart,
  server: Addressee,
  placed: PlacedFields,
): readonly WrittenObject[] {
  const { text, seal, path } = part;
  if (seal?.kind !== "signature" || !server.takesBack(seal)) return [];
  if (seal.data === "") {
    // A summary without what it sums up.
    placed.drop(path);
    return [];
  }
  placed.place(part);
  placed.place(seal);
  if (seal.data === plainReasoning)
    return [{ type: "reasoning", summary: [], content: [{ type: "reasoning_text", text }] }];
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  return [{ type: "reasoning", summary, encrypted_content: seal.data }];
}
