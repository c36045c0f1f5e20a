// A text of a client's request as parts of a message.
import type { CacheMark, TextPart } from "./request.ts";
import type { RequestNotes } from "./request-notes.ts";

/** None where it is empty. */
export function textParts(
  path: string,
  text: string,
  notes: RequestNotes,
  cache?: CacheMark,
): readonly TextPart[] {
  if (text === "") return [];
  return [notes.note({ kind: "text", path, text, ...(cache === undefined ? {} : { cache }) })];
}
