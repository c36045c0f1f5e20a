// Schemas of answers as Anthropic takes them: each object says that it has no other members.
import { isRecord, type JsonRecord, parseJson } from "../../bytes/json.ts";
import { bodySource, type JsonSource } from "../../bytes/json-source.ts";
import { inOrder, type RawJson, type Written } from "../../bytes/json-written.ts";

/** The very schema where nothing is missing; else with objects closed about which it says nothing. */
export function closedSchema(schema: RawJson): RawJson {
  const value = parseJson(schema.text);
  if (!isRecord(value) || !holdsOpen(value)) return schema;
  return closedObject(bodySource(new TextEncoder().encode(schema.text), value));
}

/** Members that hold values, which only look like schemas. */
const values = new Set(["const", "enum", "default", "examples"]);

function isOpen({ type, additionalProperties }: JsonRecord): boolean {
  return type === "object" && additionalProperties === undefined;
}

function holdsOpen(value: unknown): boolean {
  if (Array.isArray(value)) return (value as readonly unknown[]).some(holdsOpen);
  if (!isRecord(value)) return false;
  return (
    isOpen(value) ||
    Object.entries(value).some(([key, member]) => !values.has(key) && holdsOpen(member))
  );
}

function closed(source: JsonSource): Written {
  if (!holdsOpen(source.value)) return source.raw();
  return Array.isArray(source.value) ? source.items().map(closed) : closedObject(source);
}

function closedObject(source: JsonSource): RawJson {
  const members = source.keys().map((key) => {
    const member = source.member(key);
    return [key, values.has(key) ? member.raw() : closed(member)] as const;
  });
  return inOrder(
    isOpen(source.record) ? [...members, ["additionalProperties", false] as const] : members,
  );
}
