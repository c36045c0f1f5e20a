// The published page of the read API is the code's.
import { expect, test } from "bun:test";
import { file } from "bun";
import { apiPage, withSchemas } from "../../scripts/docs-api.ts";

test("docs/api.md holds the schemas in force (else run: bun scripts/docs-api.ts)", async () => {
  const page = await file(apiPage).text();
  expect(withSchemas(page)).toBe(page);
});

test("a page that drifted is put right, and the words around stay", async () => {
  const page = await file(apiPage).text();
  const drifted = page.replace("| `logs.id` | string |", "| `logs.id` | number |");
  expect(drifted).not.toBe(page);
  expect(withSchemas(drifted)).toBe(page);
});
