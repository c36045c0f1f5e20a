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

test("a page that drifted is put right, and the words around stay", async () => {
  const path = generatedPages[0]!;
  const page = await Bun.file(path).text();
  const drifted = page.replace("| `max_queue` |", "| `max_line` |");
  expect(drifted).not.toBe(page);
  expect(withGenerated(path, drifted)).toBe(page);
});
