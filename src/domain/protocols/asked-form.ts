// Whether a request asks for an answer in JSON, and by which schema, in each protocol's own words.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import type { ProtocolName } from "../call/endpoint.ts";

/** The answer's text is to be JSON. */
export interface AskedForm {
  /** What it is to be valid against; undefined: any JSON. */
  readonly schema: JsonRecord | undefined;
}

/** @returns null where the request asks for no form */
export function askedForm(protocol: ProtocolName, request: JsonRecord): AskedForm | null {
  return forms[protocol](request);
}

const forms: Readonly<Record<ProtocolName, (request: JsonRecord) => AskedForm | null>> = {
  "openai-chat": ({ response_format: format }) => {
    if (!isRecord(format)) return null;
    const named = isRecord(format["json_schema"]) ? format["json_schema"]["schema"] : undefined;
    switch (format["type"]) {
      case "json_object":
        // llama.cpp and others take a schema with it.
        return form(format["schema"]);
      case "json_schema":
        return form(named ?? format["schema"]);
      default:
        return null;
    }
  },
  "openai-responses": ({ text }) => {
    const format = isRecord(text) ? text["format"] : null;
    return isRecord(format) &&
      (format["type"] === "json_object" || format["type"] === "json_schema")
      ? form(format["schema"])
      : null;
  },
  "anthropic-messages": ({ output_config: output, output_format: formerly }) => {
    const format = (isRecord(output) ? output["format"] : null) ?? formerly;
    return isRecord(format) && format["type"] === "json_schema" ? form(format["schema"]) : null;
  },
  ollama: ({ format }) => (format === "json" || isRecord(format) ? form(format) : null),
};

function form(schema: unknown): AskedForm {
  return { schema: isRecord(schema) ? schema : undefined };
}
