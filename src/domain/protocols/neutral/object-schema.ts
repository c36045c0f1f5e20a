// Schemas of tools' arguments for servers that refuse one which does not say that it is of an object.
import { isRecord, parseJson } from "../../bytes/json.ts";
import { RawJson } from "../../bytes/json-written.ts";

const anything = new RawJson('{"type":"object","properties":{}}');

/** @param schema null: nothing is said of the arguments */
export function objectSchema(schema: RawJson | null): RawJson {
  if (schema === null) return anything;
  const read = parseJson(schema.text);
  if (!isRecord(read) || read["type"] !== undefined) return schema;
  const rest = schema.text.slice(schema.text.indexOf("{") + 1);
  return new RawJson(`{"type":"object"${Object.keys(read).length === 0 ? "" : ","}${rest}`);
}
