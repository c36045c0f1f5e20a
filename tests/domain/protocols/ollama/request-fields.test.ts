// The table of request fields, held against what the translation does and what the page says.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { requestFields } from "./request-fields.ts";
import { ollamaPage, withFields } from "./ollama-page.ts";
import { samples, using } from "./sample-requests.ts";
import { openTraits, strict, translated } from "./translated.ts";

/** Whether a dotted path leads somewhere; lists are looked through. */
function holds(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((item) => holds(item, path));
  if (typeof value !== "object" || value === null) return false;
  return holds((value as JsonRecord)[key], rest);
}

const cases = requestFields.flatMap((field) =>
  field.on.map((kind) => [field.name, kind, field.fate, field] as const),
);

describe("what the table says of a field is what becomes of it", () => {
  test.each(cases)("%s on %s is %s", (name, kind, fate, field) => {
    const { body, dropped } = translated(kind, using(field, kind), openTraits);
    expect(dropped.includes(name)).toBe(fate === "dropped");
    // A prompt goes to one of two places.
    const found = field.to.filter((target) => holds(body, target.split(".")));
    if (name === "prompt") expect(found).toHaveLength(1);
    else expect(found).toEqual([...field.to]);
  });

  const extras = cases.filter(([name, , , { extra }]) => extra && !/name$|^think$/.test(name));
  test.each(extras)("%s on %s is named where the server is strict", (name, kind, _, field) => {
    const { body, dropped } = translated(kind, using(field, kind), strict);
    expect(dropped).toContain(name);
    expect(field.to.some((target) => holds(body, target.split(".")))).toBe(false);
  });

  test("every sample belongs to a row", () => {
    const names = new Set(requestFields.map((field) => field.name));
    expect(Object.keys(samples).filter((name) => !names.has(name))).toEqual([]);
  });
});

test("a field has one row for each kind of request", () => {
  const seen = cases.map(([name, kind]) => `${kind} ${name}`);
  expect(seen.length).toBe(new Set(seen).size);
});

test("docs/ollama.md has the table as the code has it (bun tests/domain/protocols/ollama/ollama-page.ts)", async () => {
  const page = await Bun.file(ollamaPage).text();
  expect(page).toBe(withFields(page));
});
