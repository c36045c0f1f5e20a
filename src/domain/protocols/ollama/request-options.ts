// Ollama's `options` as fields of an OpenAI request.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Written } from "../../bytes/json-written.ts";
import type { RequestDraft } from "./request-draft.ts";
import { requestField } from "./request-fields.ts";

/** Puts the options into the draft; one that is neither known nor carried is dropped by name. */
export function translateOptions(request: JsonSource, draft: RequestDraft): void {
  const options = request.member("options");
  const given = options.value ?? {};
  if (!isRecord(given)) {
    draft.refuse("options must be an object");
    return;
  }
  draft.dropUncarried(given, "options.");
  for (const [key, value] of Object.entries(given)) {
    const name = `options.${key}`;
    const field = requestField(draft.kind, name);
    if (field === null || field.fate === "dropped" || value === null) continue;
    const read = readOption(key, options.member(key), draft);
    for (const target of field.to)
      if (field.extra) draft.setExtra(target, read, name);
      else draft.set(target, read, name);
  }
}

/** The value for OpenAI; undefined where the option asks for nothing or is wrong. */
function readOption(key: string, option: JsonSource, draft: RequestDraft): Written | undefined {
  if (key === "stop") return readStop(option.value, draft);
  if (typeof option.value !== "number") {
    draft.refuse(`option "${key}" must be a number`);
    return undefined;
  }
  // Ollama stops at a limit above zero only (its Modelfile reference: -1 infinite, -2 fill the context).
  return key === "num_predict" && option.value <= 0 ? undefined : option.raw();
}

function readStop(value: unknown, draft: RequestDraft): Written | undefined {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!stops.every((stop) => typeof stop === "string")) {
    draft.refuse('option "stop" must be a list of texts');
    return undefined;
  }
  // OpenAI refuses an empty list.
  return stops.length === 0 ? undefined : stops;
}
