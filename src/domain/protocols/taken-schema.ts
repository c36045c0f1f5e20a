// Schemas as a server takes them: as they are, unless it has refused one.
import type { RawJson } from "../bytes/json-written.ts";
import type { PlacedFields } from "./neutral/placed-fields.ts";
import { plainSchema } from "./neutral/plain-schema.ts";
import type { ServerTraits } from "./server-traits.ts";

/** @param path of what holds the schema: what is left out of it is named so */
export function takenSchema(
  schema: RawJson,
  path: string,
  { refuses }: Pick<ServerTraits, "refuses">,
  placed: PlacedFields,
): RawJson {
  return refuses.has("schema")
    ? plainSchema(schema, (keyword) => placed.drop(`${path}.${keyword}`))
    : schema;
}
