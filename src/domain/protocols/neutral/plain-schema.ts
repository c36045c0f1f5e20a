// Schemas without what servers cannot make a grammar of: asked for only where one has refused a schema.
import { isRecord, parseJson } from "../../bytes/json.ts";
import { bodySource, type JsonSource } from "../../bytes/json-source.ts";
import { inOrder, type RawJson, type Written } from "../../bytes/json-written.ts";

/** Keywords that hold schemas by name. */
const byName = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);

/** Keywords that hold a schema, or a list of them. */
const inside = new Set([
  "items",
  "prefixItems",
  "additionalProperties",
  "additionalItems",
  "contains",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
  "allOf",
  "anyOf",
  "oneOf",
]);

/** A number of repetitions for which grammars have no room. */
const tooMany = 1_000;
const counts = new Set(["minLength", "maxLength", "minItems", "maxItems"]);

/**
 * The schema without them; the very same where it holds none.
 * @param removed called with each keyword that is left out
 */
export function plainSchema(schema: RawJson, removed: (keyword: string) => void): RawJson {
  const value = parseJson(schema.text);
  if (!isRecord(value)) return schema;
  let changed = false;
  const leave = (keyword: string) => {
    changed = true;
    removed(keyword);
  };
  const source = bodySource(new TextEncoder().encode(schema.text), value);
  const plain = plainObject(source, leave);
  return changed ? plain : schema;
}

function plainObject(source: JsonSource, leave: (keyword: string) => void): RawJson {
  const members: (readonly [string, Written])[] = [];
  for (const key of source.keys()) {
    const member = source.member(key);
    if (isTooMuch(key, member.value)) leave(key);
    else if (byName.has(key)) members.push([key, plainByName(member, leave)]);
    else if (key === "additionalProperties" && isEmpty(member.value)) {
      // It says the same, in a word that every reader knows.
      leave(key);
      members.push([key, true]);
    } else members.push([key, inside.has(key) ? plainInside(member, leave) : member.raw()]);
  }
  return inOrder(members);
}

function plainByName(source: JsonSource, leave: (keyword: string) => void): RawJson {
  return isRecord(source.value)
    ? inOrder(source.keys().map((key) => [key, plainInside(source.member(key), leave)] as const))
    : source.raw();
}

function plainInside(source: JsonSource, leave: (keyword: string) => void): Written {
  if (Array.isArray(source.value)) return source.items().map((item) => plainInside(item, leave));
  return isRecord(source.value) ? plainObject(source, leave) : source.raw();
}

function isTooMuch(key: string, value: unknown): boolean {
  switch (key) {
    case "$schema":
    case "format":
      return typeof value === "string";
    case "pattern":
      return typeof value === "string" && !isPlainPattern(value);
    default:
      return counts.has(key) && typeof value === "number" && value > tooMany;
  }
}

/** Of the whole text, without assertions, classes by letter and references. */
function isPlainPattern(pattern: string): boolean {
  return /^\^.*\$$/.test(pattern) && !/\(\?|\\[a-zA-Z0-9]/.test(pattern);
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}
