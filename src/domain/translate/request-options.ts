// Ollama's `options` as fields of an OpenAI request.
import { isRecord } from "../json.ts";
import type { JsonRecord } from "../json.ts";
import type { RequestDraft } from "./request-draft.ts";
import { requestField } from "./request-fields.ts";

/** Puts the options into the draft; one that is neither known nor carried is dropped by name. */
export function translateOptions(request: JsonRecord, draft: RequestDraft): void {
  const options = request["options"] ?? {};
  if (!isRecord(options)) {
    draft.refuse("options must be an object");
    return;
  }
  draft.dropUncarried(options, "options.");
  for (const [key, value] of Object.entries(options)) {
    const name = `options.${key}`;
    const field = requestField(draft.kind, name);
    if (field === null || field.fate === "dropped" || value === null) continue;
    const read = readOption(key, value, draft);
    for (const target of field.to)
      if (field.extra) draft.setExtra(target, read, name);
      else draft.set(target, read, name);
  }
}

/** The value for OpenAI; undefined where the option asks for nothing or is wrong. */
function readOption(key: string, value: unknown, draft: RequestDraft): unknown {
  if (key === "stop") return readStop(value, draft);
  if (typeof value !== "number") {
    draft.refuse(`option "${key}" must be a number`);
    return undefined;
  }
  // Ollama stops at a limit above zero only (its Modelfile reference: -1 infinite, -2 fill the context).
  return key === "num_predict" && value <= 0 ? undefined : value;
}

function readStop(value: unknown, draft: RequestDraft): unknown {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!stops.every((stop) => typeof stop === "string"))
    draft.refuse('option "stop" must be a list of texts');
  // OpenAI refuses an empty list.
  return stops.length === 0 ? undefined : stops;
}
