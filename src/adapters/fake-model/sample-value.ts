// A value that satisfies a JSON schema, always the same one: arguments of tools, structured answers.
import { asFields, asList, asNumber, asText, type Fields } from "./fields.ts";

const MAX_DEPTH = 12;

/** A schema may ask for lists of lists without end, or for itself. */
const MOST_VALUES = 1_000;

/** The schema that references lead into, and how many values may still be made. */
interface Sample {
  readonly root: Fields;
  left: number;
}

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

function build(given: Fields, name: string, sample: Sample, depth: number): unknown {
  if (--sample.left < 0) return null;
  const schema = resolve(given, sample.root);
  if ("const" in schema) return schema["const"];
  const [choice] = asList(schema["enum"]);
  if (choice !== undefined) return choice;
  if ("default" in schema) return schema["default"];
  const [variant] = [...asList(schema["anyOf"]), ...asList(schema["oneOf"])];
  if (variant !== undefined) return build(asFields(variant), name, sample, depth + 1);
  switch (typeOf(schema)) {
    case "object": {
      if (depth > MAX_DEPTH) return {};
      const properties = Object.entries(asFields(schema["properties"]));
      return Object.fromEntries(
        properties.map(([key, value]) => [key, build(asFields(value), key, sample, depth + 1)]),
      );
    }
    case "array": {
      if (depth > MAX_DEPTH) return [];
      const length = Math.min(asNumber(schema["minItems"]) ?? 1, Math.max(1, sample.left));
      const items = asFields(schema["items"]);
      return Array.from({ length }, () => build(items, name, sample, depth + 1));
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
 * `sample <property name>`, 1 or the minimum, true, one array item. Follows local `$ref`s. A schema
 * that asks for more than a thousand values gets null in place of the rest.
 */
export function sampleValue(schema: unknown): unknown {
  const root = asFields(schema);
  return build(root, "value", { root, left: MOST_VALUES }, 0);
}
