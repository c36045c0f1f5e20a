// The operations and schemas of the read API as tables and JSON, for docs/api.md.
import type { TSchema } from "@sinclair/typebox";
import { apiOperations } from "../src/adapters/http/api-operations.ts";
import { errorSchema, eventSchema, readSchemas } from "../src/adapters/http/schemas.ts";

/** A line for each operation, with the statuses that it answers with. */
export function operationTable(): string {
  const lines = apiOperations.map(({ method, path, summary, answers }) => {
    const statuses = Object.entries(answers).map(([status, note]) => `${status}: ${note.meaning}`);
    return `| \`${method.toUpperCase()} ${path}\` | ${summary} | ${statuses.join("; ")} |`;
  });
  return ["| request | gives or does | answers |", "| --- | --- | --- |", ...lines].join("\n");
}

/**
 * The parameters of an operation's query.
 * @throws where there is no such path
 */
export function queryTable(path: string): string {
  const operation = apiOperations.find((one) => one.path === path);
  if (operation === undefined) throw new Error(`${path} is not in the table of operations`);
  const lines = operation.query.map(
    ({ name, meaning, default: absent }) => `| \`${name}\` | ${meaning} | ${absent} |`,
  );
  return ["| parameter | means | default |", "| --- | --- | --- |", ...lines].join("\n");
}

/** A section for each answer. */
export function schemaSections(): string {
  return [
    ...Object.entries(readSchemas).map(([path, schema]) => section(`GET ${path}`, schema)),
    section("Data of the events of GET /api/events", eventSchema),
    section("Errors", errorSchema),
  ].join("\n\n");
}

function section(title: string, schema: TSchema): string {
  return [
    `### ${title}`,
    "",
    "| field | type | meaning |",
    "| --- | --- | --- |",
    ...rows("", schema),
    "",
    "<details><summary>JSON schema</summary>",
    "",
    "```json",
    compact(schema),
    "```",
    "",
    "</details>",
  ].join("\n");
}

/** JSON with everything on one line that fits on one. */
function compact(value: unknown, indent = ""): string {
  const line = JSON.stringify(value);
  if (typeof value !== "object" || value === null || line.length + indent.length <= 110)
    return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, part]) => {
    const label = Array.isArray(value) ? "" : `${JSON.stringify(name)}: `;
    return inner + label + compact(part, inner);
  });
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

/** A line per field, those of objects within by their path. */
function rows(prefix: string, schema: TSchema): string[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, TSchema>>;
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = prefix + name;
    const meaning = field.description ?? variants(field)[0]?.description ?? "";
    const inner = field["type"] === "array" ? (field["items"] as TSchema) : field;
    const within = inner["type"] === "object" ? rows(`${path}.`, inner) : [];
    return [`| \`${path}\` | ${typeName(field)} | ${meaning} |`, ...within];
  });
}

function typeName(schema: TSchema): string {
  if (schema["const"] !== undefined) return `\`${String(schema["const"])}\``;
  const either = variants(schema);
  if (either.length > 0) return either.map(typeName).join(" or ");
  if (schema["type"] !== "array") return String(schema["type"]);
  const items = schema["items"] as TSchema;
  return Array.isArray(items["items"]) ? "list of pairs" : `list of ${typeName(items)}s`;
}

function variants(schema: TSchema): readonly TSchema[] {
  return (schema["anyOf"] ?? []) as readonly TSchema[];
}
