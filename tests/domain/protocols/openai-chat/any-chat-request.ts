// Any request that a chat's clients may send, as far as it is a proper one.
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";

const words = fc.string({ unit: "binary", maxLength: 10 }).filter((text) => text.isWellFormed());
const object = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 2,
  })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonRecord);
const toolName = fc.constantFrom("look", "stop", "files.read");
const given = fc.oneof(
  object.map((value) => JSON.stringify(value)),
  fc.constantFrom("", "null", '{"cut":', "[1]"),
);
const callId = fc.constantFrom("a", "b", "call_0", "functions.look:0", "ümlaut", "x y");

const part = fc.oneof(
  words.map((text) => ({ type: "text", text })),
  fc.constantFrom(
    { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
    { type: "image_url", image_url: { url: "https://a.example/b.png", detail: "low" } },
    {
      type: "file",
      file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" },
    },
  ),
);
const content = fc.oneof(words, fc.array(part, { maxLength: 3 }));

/** Calls, and the results of all of them in any order, perhaps with something between. */
const toolTurn = fc
  .record({
    calls: fc.uniqueArray(fc.record({ id: callId, name: toolName, given }), {
      minLength: 1,
      maxLength: 3,
      selector: ({ id }) => id,
    }),
    said: fc.option(words),
    order: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    between: fc.constantFrom(null, "system", "user"),
    apart: fc.boolean(),
  })
  .map(({ calls, said, order, between, apart }): readonly JsonRecord[] => {
    const written = calls.map(({ id, name, given: text }) => ({
      id,
      type: "function",
      function: { name, arguments: text },
    }));
    const asked = apart
      ? written.map((call) => ({ role: "assistant", content: null, tool_calls: [call] }))
      : [{ role: "assistant", content: said, tool_calls: written }];
    const results = calls
      .map(
        ({ id }, at) =>
          [order[at] ?? 0, { role: "tool", tool_call_id: id, content: `of ${id}` }] as const,
      )
      .toSorted(([a], [b]) => a - b)
      .map(([, result]) => result);
    return [
      ...asked,
      ...(between === null ? [] : [{ role: between, content: "by the way" }]),
      ...results,
    ];
  });

const message = fc.oneof(
  fc.record({ role: fc.constant("user"), content }),
  fc.record({ role: fc.constantFrom("system", "developer"), content: words }),
  fc.record(
    {
      role: fc.constant("assistant"),
      content: fc.oneof(words, fc.constant(null)),
      reasoning_content: words,
      refusal: words,
    },
    { requiredKeys: ["role", "content"] },
  ),
);

const messages = fc
  .array(fc.oneof({ weight: 2, arbitrary: message.map((one) => [one]) }, toolTurn), {
    maxLength: 6,
  })
  .map((turns): readonly JsonRecord[] => [...turns.flat(), { role: "user", content: "and now?" }]);

const tools = fc.uniqueArray(
  fc.record({ name: toolName, typed: fc.boolean(), strict: fc.boolean() }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
);
const written = tools.map((list) =>
  list.map(({ name, typed, strict }) => ({
    type: "function",
    function: { name, strict, ...(typed ? { parameters: { properties: {} } } : {}) },
  })),
);
const number = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value) => value + 0);

export const anyChatRequest: fc.Arbitrary<JsonRecord> = fc.record(
  {
    messages,
    tools: written,
    tool_choice: fc.constantFrom("auto", "none", "required"),
    parallel_tool_calls: fc.boolean(),
    max_tokens: fc.integer({ min: 1, max: 99 }),
    max_completion_tokens: fc.integer({ min: 1, max: 99 }),
    temperature: number(0, 2),
    top_p: number(0, 1),
    stop: fc.oneof(words, fc.array(words, { maxLength: 3 })),
    stream: fc.boolean(),
    user: words,
    seed: fc.integer(),
    logprobs: fc.boolean(),
    reasoning_effort: fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh"),
    response_format: fc.oneof(
      fc.constantFrom({ type: "text" }, { type: "json_object" }),
      object.map((properties) => ({
        type: "json_schema",
        json_schema: {
          name: "n",
          schema: { type: "object", properties: { of: { type: "object" }, ...properties } },
        },
      })),
    ),
  },
  { requiredKeys: ["messages"] },
);
