// The texts of messages for protocols in which a message has but one.
import type { PlacedFields } from "./placed-fields.ts";
import type { RequestPart } from "./request.ts";

/** The texts alone, where nothing else has a place. @param between two of them */
export function textOf(
  parts: readonly RequestPart[],
  between: string,
  placed: PlacedFields,
): string {
  const texts: string[] = [];
  for (const part of parts)
    if (part.kind === "text") {
      texts.push(part.text);
      placed.place(part);
    }
  return texts.join(between);
}

/** What an assistant said beside its calls: it goes before them, apart where a call stood between. */
export function textBesideCalls(parts: readonly RequestPart[], placed: PlacedFields): string {
  let text = "";
  let called = false;
  let apart = false;
  for (const part of parts)
    if (part.kind === "call") {
      called = true;
      apart = true;
    } else if (part.kind === "text") {
      if (called) placed.drop("messages.content.order");
      text += (apart && text !== "" ? "\n\n" : "") + part.text;
      apart = false;
      placed.place(part);
    }
  return text;
}
