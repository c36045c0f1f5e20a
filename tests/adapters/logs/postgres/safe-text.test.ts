// Texts that PostgreSQL refuses come back as they were.
import { expect, test } from "bun:test";
import { originalText, safeText } from "../../../../src/adapters/logs/postgres/safe-text.ts";
import { createRandom } from "../../../lab/random.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";

/** Characters that are refused, that stand for them, and others. */
const units = [
  "\0",
  "\uD800",
  "\uDBFF",
  "\uDC00",
  "\uDFFF",
  "\uFFFF",
  "\uFFFE",
  "0000",
  "d800",
  "a",
];

test("any text comes back from what stands for it, and that is well formed and without NUL", () => {
  const random = createRandom(5);
  for (let turn = 0; turn < 5_000; turn++) {
    const text = Array.from({ length: random.int(0, 8) }, () => random.pick(units)).join("");
    const safe = safeText(text);
    expect(safe.isWellFormed() && !safe.includes("\0")).toBeTrue();
    expect(originalText(safe)).toBe(text);
  }
});

test("usual texts stay as they are, and no two texts come to the same one", () => {
  expect(safeText("Grüße \u{1F600} 今日")).toBe("Grüße \u{1F600} 今日");
  const texts = units.flatMap((a) => units.map((b) => a + b));
  expect(new Set(texts.map(safeText)).size).toBe(new Set(texts).size);
});

test("the server takes and keeps what stands for a text", () =>
  withDatabase(async (url) => {
    const client = createClient({ url, connections: 1, silenceMs: 20_000 });
    const text = units.join("");
    const [row] = await client.run<{ text: string }>(
      "select text from json_to_recordset($1::text::json) as given (text text)",
      [JSON.stringify([{ text: safeText(text) }])],
    );
    expect(originalText(row?.text ?? "")).toBe(text);
    await client.close();
  }));
