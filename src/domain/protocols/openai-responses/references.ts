// What a request to Responses refers to by ids that say nothing to whoever has not kept the answers before it.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";

export interface References {
  /** The answer that the request continues; null: none. */
  readonly previous: string | null;
  /** Items of earlier answers that stand in the input by their ids. */
  readonly items: readonly ItemReference[];
}

export interface ItemReference {
  readonly id: string;
  /** Where it stands in the input. */
  readonly at: number;
}

/** What cannot be followed, by the request's field. */
export interface Unserved {
  readonly param: string;
  readonly message: string;
}

/** Every body that refers to something, or asks for what nobody keeps here, holds one of these; the last spells others. */
export const referringWords: readonly string[] = [
  '"previous_response_id"',
  '"item_reference"',
  '"conversation"',
  '"prompt"',
  '"background"',
  "\\u00",
];

/** @returns null where all that is meant stands in the request itself */
export function referencesOf(request: JsonRecord): References | Unserved | null {
  const unserved = unservedState(request);
  if (unserved !== null) return unserved;
  const previous = request["previous_response_id"] ?? null;
  if (previous !== null && typeof previous !== "string")
    return { param: "previous_response_id", message: "previous_response_id must be a text" };
  const items = itemReferences(request["input"]);
  return previous === null && items.length === 0 ? null : { previous, items };
}

function itemReferences(input: unknown): readonly ItemReference[] {
  if (!Array.isArray(input)) return [];
  return (input as readonly unknown[]).flatMap((item, at) => {
    const id = referredItem(item);
    return id === null ? [] : [{ id, at }];
  });
}

/** The id of the item that another stands for; null where it is one itself. */
function referredItem(item: unknown): string | null {
  if (!isRecord(item) || typeof item["id"] !== "string") return null;
  const { type = null } = item;
  // OpenAI's clients may leave the type out where there is nothing but an id.
  const isOnlyId =
    type === null && Object.keys(item).every((key) => key === "id" || key === "type");
  return type === "item_reference" || isOnlyId ? item["id"] : null;
}

const unserved: Readonly<Record<string, string>> = {
  conversation:
    "conversations are not kept here: continue an answer by previous_response_id, or send the whole conversation as input",
  prompt: "prompts are not kept here: send its text as instructions",
  background: "answers are not made in the background: leave it out, or set it to false",
};

/** What OpenAI's own servers keep or do beside answers, and no router can do for others. */
export function unservedState(request: JsonRecord): Unserved | null {
  for (const [param, why] of Object.entries(unserved)) {
    const value = request[param] ?? null;
    // A text does not refer to a prompt that OpenAI keeps.
    const asks = param === "prompt" ? isRecord(value) : value !== null && value !== false;
    if (asks) return { param, message: `${param}: ${why}` };
  }
  return null;
}
