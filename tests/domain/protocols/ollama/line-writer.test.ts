// Lines put together from pieces of text are those that writing the object gives.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { jsonLine, type WrittenObject } from "../../../../src/domain/bytes/json-written.ts";
import { createLineWriter } from "../../../../src/domain/protocols/ollama/line-writer.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\u2028", "\u0085\r\n", "\ud800", '"\\'),
);

test("a line's bytes, its data and its object say the same, in the same order", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<("chat" | "generate")[]>("chat", "generate"),
      text,
      text,
      text,
      (kind, model, content, thinking) => {
        const said = { content, thinking, images: [], calls: [], logprobs: [] };
        const { frame, json } = createLineWriter(kind, model).said(said, 1_790_000_000_000);
        expect(frame.data).toBe(jsonLine(json as WrittenObject));
        expect(new TextDecoder().decode(frame.bytes)).toBe(`${frame.data}\n`);
      },
    ),
    { numRuns: 500 },
  );
});
