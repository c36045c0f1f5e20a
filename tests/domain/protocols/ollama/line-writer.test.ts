// Lines put together from pieces of text are those that writing the object gives.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { jsonLine } from "../../../../src/domain/bytes/json-written.ts";
import { saidFields, timestamp } from "../../../../src/domain/protocols/ollama/answer-shape.ts";
import { createLineWriter } from "../../../../src/domain/protocols/ollama/line-writer.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\u2028", "\u0085\r\n", "\ud800", '"\\'),
);

const now = 1_790_000_000_000;

test("a line is what its object would be, in the same order", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<("chat" | "generate")[]>("chat", "generate"),
      text,
      text,
      text,
      (kind, model, content, thinking) => {
        const said = { content, thinking, images: [], calls: [], logprobs: [] };
        const line = createLineWriter(kind, model).said(said, now);
        const head = { model, created_at: timestamp(now) };
        const object = jsonLine({ ...head, ...saidFields(kind, said), done: false });
        expect(new TextDecoder().decode(line)).toBe(`${object}\n`);
      },
    ),
    { numRuns: 500 },
  );
});
