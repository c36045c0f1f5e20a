// Any request that Anthropic's clients may send: texts, pictures, instructions amid them, calls and their results.
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";

const words = fc.string({ minLength: 1, maxLength: 8 }).map((text) => `a${text}z`);
const text = words.map((said) => ({ type: "text", text: said }));
const image = fc.constant({
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "AAAA" },
});
const content = fc.oneof(words, fc.array(fc.oneof(text, image), { minLength: 1, maxLength: 3 }));

/** An assistant's turn with calls, and the user's with their results. */
const loop = fc
  .record({
    before: fc.option(text, { nil: null }),
    inputs: fc.array(fc.dictionary(fc.constantFrom("a", "b"), fc.integer()), {
      minLength: 1,
      maxLength: 3,
    }),
    results: fc.array(fc.record({ content, is_error: fc.boolean(), turned: fc.boolean() }), {
      minLength: 3,
      maxLength: 3,
    }),
    after: fc.option(text, { nil: null }),
    instruction: fc.option(words, { nil: null }),
    thought: fc.option(words, { nil: null }),
  })
  .map(
    ({ before, inputs, results, after, instruction, thought }) =>
      (at: number): readonly JsonRecord[] => {
        const calls = inputs.map((input, index) => ({
          type: "tool_use",
          id: `call${at}x${index}`,
          name: "f",
          input,
        }));
        const answers = calls.map(({ id }, index) => ({
          type: "tool_result",
          tool_use_id: id,
          content: results[index]?.content,
          ...(results[index]?.is_error === true ? { is_error: true } : {}),
        }));
        const turned = results[0]?.turned === true ? answers.toReversed() : answers;
        const thinking = { type: "thinking", thinking: thought, signature: "" };
        return [
          {
            role: "assistant",
            content: [
              ...(thought === null ? [] : [thinking]),
              ...(before === null ? [] : [before]),
              ...calls,
            ],
          },
          ...(instruction === null ? [] : [{ role: "system", content: instruction }]),
          { role: "user", content: [...turned, ...(after === null ? [] : [after])] },
        ];
      },
  );

const plain = fc.tuple(words, content).map(([said, asked]) => (): readonly JsonRecord[] => [
  { role: "assistant", content: said },
  { role: "user", content: asked },
]);

export const anyMessagesRequest: fc.Arbitrary<JsonRecord> = fc
  .record({
    system: fc.option(words, { nil: null }),
    first: content,
    turns: fc.array(fc.oneof(loop, plain), { maxLength: 4 }),
    max_tokens: fc.integer({ min: 1, max: 9_999 }),
    temperature: fc.option(fc.constantFrom(0, 0.5, 1), { nil: null }),
    stop_sequences: fc.array(words, { maxLength: 2 }),
    tool_choice: fc.constantFrom(
      null,
      { type: "auto" },
      { type: "any" },
      { type: "tool", name: "f" },
    ),
    stream: fc.boolean(),
  })
  .map(({ system, first, turns, ...settings }) => ({
    ...settings,
    system,
    messages: [{ role: "user", content: first }, ...turns.flatMap((turn, at) => turn(at))],
    tools: [{ name: "f", input_schema: { type: "object", properties: {} } }],
  }));
