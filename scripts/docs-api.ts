// Writes the read API's schemas into docs/api.md, between its markers; a test holds the page to them.
import { resolve } from "node:path";
import { file, write } from "bun";
import type { TSchema } from "@sinclair/typebox";
import { errorSchema, eventSchema, readSchemas } from "../src/adapters/http/schemas.ts";

export const apiPage = resolve(import.meta.dir, "../docs/api.md");

const markers = /(<!-- schemas[^>]*-->\n)[\s\S]*?(<!-- \/schemas -->)/;

/** The page with its part between the markers made anew. */
export function withSchemas(page: string): string {
  if (!markers.test(page)) throw new Error("docs/api.md has lost its markers");
  const sections = [
    ...Object.entries(readSchemas).map(([path, schema]) => section(`GET ${path}`, schema)),
    section("Data of the events of GET /api/events", eventSchema),
    section("Errors", errorSchema),
  ];
  return page.replace(
    markers,
    (_, begin: string, end: string) => `${begin}\n${sections.join("\n")}\n${end}`,
  );
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
    "",
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

if (import.meta.main) await write(apiPage, withSchemas(await file(apiPage).text()));
