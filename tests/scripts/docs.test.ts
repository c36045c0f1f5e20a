import { expect, test } from "bun:test";
import { basename } from "node:path";
import { generatedPages, withGenerated } from "../../scripts/docs.ts";

test.each(generatedPages.map((path) => [basename(path), path]))(
  "docs/%s says what the code's tables say (else run: bun scripts/docs.ts)",
  async (_, path) => {
    const page = await Bun.file(path).text();
    expect(page).toBe(withGenerated(path, page));
  },
);

test.each([
  ["configuration.md", "| `max_queue` |", "| `max_line` |"],
  ["api.md", "| `logs.id` | string |", "| `logs.id` | number |"],
])("docs/%s, where it drifted, is put right, and the words around stay", async (name, was, is) => {
  const path = generatedPages.find((one) => basename(one) === name)!;
  const page = await Bun.file(path).text();
  const drifted = page.replace(was, is);
  expect(drifted).not.toBe(page);
  expect(withGenerated(path, drifted)).toBe(page);
});
