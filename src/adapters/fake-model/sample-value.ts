// A value that satisfies a JSON schema, always the same one: arguments of tools, structured answers.
import { asFields, asList, asNumber, asText, type Fields } from "./fields.ts";

const MAX_DEPTH = 12;

function resolve(schema: Fields, root: Fields): Fields {
  const reference = asText(schema["$ref"]);
  if (!reference.startsWith("#/")) return schema;
  let target: Fields = root;
  for (const key of reference.slice(2).split("/")) target = asFields(target[key]);
  return target;
}

function typeOf(schema: Fields): string {
  const { type } = schema;
  if (typeof type === "string") return type;
  const first = asList(type).find((name) => name !== "null");
  if (typeof first === "string") return first;
  return "properties" in schema ? "object" : "string";
}

function build(given: Fields, name: string, root: Fields, depth: number): unknown {
  const schema = resolve(given, root);
  if ("const" in schema) return schema["const"];
  const [choice] = asList(schema["enum"]);
  if (choice !== undefined) return choice;
  if ("default" in schema) return schema["default"];
  const [variant] = [...asList(schema["anyOf"]), ...asList(schema["oneOf"])];
  if (variant !== undefined) return build(asFields(variant), name, root, depth + 1);
  switch (typeOf(schema)) {
    case "object": {
      if (depth > MAX_DEPTH) return {};
      const properties = Object.entries(asFields(schema["properties"]));
      return Object.fromEntries(
        properties.map(([key, value]) => [key, build(asFields(value), key, root, depth + 1)]),
      );
    }
    case "array": {
      if (depth > MAX_DEPTH) return [];
      const length = asNumber(schema["minItems"]) ?? 1;
      const items = asFields(schema["items"]);
      return Array.from({ length }, () => build(items, name, root, depth + 1));
    }
    case "integer":
    case "number":
      return asNumber(schema["minimum"]) ?? 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return `sample ${name}`;
  }
}

/**
 * Builds a value from a JSON schema: the first of every choice, defaults where given, else
 * `sample <property name>`, 1 or the minimum, true, one array item. Follows local `$ref`s.
 */
export function sampleValue(schema: unknown): unknown {
  const root = asFields(schema);
  return build(root, "value", root, 0);
}
