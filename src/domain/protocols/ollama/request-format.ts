// Ollama's `format`: JSON of any shape, or of a schema.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { saysNothing, type RequestDraft } from "./request-draft.ts";

/** @param chat whether the request goes to /v1/chat/completions */
export function translateFormat(request: JsonSource, chat: boolean, draft: RequestDraft): void {
  const format = request.member("format");
  if (saysNothing(format.value)) return;
  if (format.value !== "json" && !isRecord(format.value)) {
    draft.refuse('format must be "json" or a JSON schema');
    return;
  }
  // The order of its properties is the order in which models write them.
  const schema = format.value === "json" ? null : format.raw();
  const wanted =
    schema === null
      ? { type: "json_object" }
      : {
          type: "json_schema",
          // Strict schemas must close every object and require every property (OpenAI's guide to
          // structured outputs); those of Ollama's clients seldom do.
          json_schema: { name: "response", strict: false, schema },
        };
  if (chat) {
    draft.set("response_format", wanted, "format");
    return;
  }
  // OpenAI's completions have no such field. vLLM takes it there too, llama.cpp the bare schema.
  draft.setExtra("response_format", wanted, "format");
  draft.setExtra("json_schema", schema ?? {}, "format");
}
