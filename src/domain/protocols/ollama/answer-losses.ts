// What an answer holds that Ollama's form has no room for, by the names that a row's `dropped` gives it.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { ReadChoice } from "./choice-reading.ts";

/** Told of each loss, perhaps more than once. */
export type Lose = (field: string) => void;

/** @param read the choice that is carried; null where there is none */
export function reportLosses(
  kind: "chat" | "generate",
  document: JsonSource,
  read: ReadChoice | null,
  lose: Lose,
): void {
  const { choices } = document.record;
  if (Array.isArray(choices) && choices.some((choice) => isOther(choice, read)))
    lose("answer.choices");
  if (read === null) return;
  const { images, message } = read;
  if (images.lost || (kind === "generate" && images.carried.length > 0)) lose("answer.images");
  if (isRecord(message.record["audio"])) lose("answer.audio");
}

function isOther(choice: unknown, read: ReadChoice | null): boolean {
  return isRecord(choice) && choice !== read?.choice.value;
}
