// Any request that Ollama's clients may send, in the parts that both APIs can say.
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";

export interface AnyRequest {
  readonly kind: OllamaKind;
  readonly request: JsonRecord;
  /** Fields that cannot be carried, by name, as they stand in `request`. */
  readonly foreign: readonly string[];
}

const text = fc.string({ unit: "binary", maxLength: 12 });
const something = fc.string({ minLength: 1, maxLength: 12 });
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 })
  .map((n) => n + 0);
const object = fc
  .dictionary(something, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
  // What JSON itself does to a value (-0, say) is not the translation's doing.
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonRecord);
const schema = object.map((properties) => ({ type: "object", properties }));
const image = fc.constantFrom("iVBORw0KGgoAAA==", "/9j/4AAQSkZJRg==", "R0lGODlhAQABAA", "Qk0AAAAA");
const images = fc.array(image, { minLength: 1, maxLength: 2 });

const toolName = fc.constantFrom("weather", "time", "search");

/** An assistant's calls and the results, in any order; ids on all or on none. */
const toolTurn = fc
  .record({
    calls: fc.array(fc.tuple(toolName, object), { minLength: 1, maxLength: 3 }),
    content: text,
    order: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    ids: fc.option(fc.nat()),
  })
  .map(({ calls, content, order, ids }): readonly JsonRecord[] => {
    const id = (at: number) => `id-${ids}-${at}`;
    const results = calls.map(([name], at) => ({
      role: "tool",
      content: `of ${name}`,
      tool_name: name,
      ...(ids === null ? {} : { tool_call_id: id(at) }),
    }));
    return [
      {
        role: "assistant",
        content,
        tool_calls: calls.map(([name, given], at) => ({
          ...(ids === null ? {} : { id: id(at) }),
          function: { name, arguments: given },
        })),
      },
      ...results
        .map((result, at) => [order[at] ?? 0, result] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, result]) => result),
    ];
  });

const message = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "user"), content: text }),
  fc.record({ role: fc.constant("user"), content: text, images }),
  fc.record(
    { role: fc.constant("assistant"), content: text, thinking: something },
    { requiredKeys: ["role", "content"] },
  ),
);
const messages = fc
  .array(fc.oneof({ weight: 3, arbitrary: message.map((one) => [one]) }, toolTurn), {
    minLength: 1,
    maxLength: 4,
  })
  .map((turns): readonly JsonRecord[] => turns.flat());

const options = fc.record(
  {
    temperature: number,
    top_p: number,
    top_k: fc.nat(),
    min_p: number,
    seed: fc.integer(),
    stop: fc.array(text, { minLength: 1, maxLength: 2 }),
    num_predict: fc.integer({ min: 1 }),
    repeat_penalty: number,
    presence_penalty: number,
    frequency_penalty: number,
  },
  { requiredKeys: [] },
);

const shared = {
  stream: fc.boolean(),
  format: fc.oneof(fc.constant("json"), schema),
  options: options.filter((chosen) => Object.keys(chosen).length > 0),
  logprobs: fc.constant(true),
};
const think = fc.constantFrom(true, false, "low", "medium", "high");
const tools = fc.array(
  fc.record({
    type: fc.constant("function"),
    function: fc.record({ name: toolName, parameters: schema }),
  }),
  { minLength: 1, maxLength: 2 },
);

const requests: Readonly<Record<OllamaKind, fc.Arbitrary<JsonRecord>>> = {
  chat: fc.record({ messages, ...shared, think, tools }, { requiredKeys: ["messages", "stream"] }),
  generate: fc.oneof(
    fc.record(
      { prompt: something, system: something, images, ...shared, think },
      { requiredKeys: ["prompt", "stream"] },
    ),
    fc.record(
      { prompt: something, raw: fc.constant(true), ...shared },
      { requiredKeys: ["prompt", "raw", "stream"] },
    ),
    fc.record(
      { prompt: text, suffix: something, ...shared },
      { requiredKeys: ["prompt", "suffix", "stream"] },
    ),
  ),
  embed: fc.record(
    {
      input: fc.oneof(something, fc.array(text, { minLength: 1, maxLength: 3 })),
      dimensions: fc.integer({ min: 1, max: 4096 }),
    },
    { requiredKeys: ["input"] },
  ),
  embeddings: fc.record({ prompt: something }),
};

const foreign = fc.subarray(
  ["keep_alive", "truncate", "mood", "options.num_ctx", "options.mirostat", "options.luck"],
  { maxLength: 3 },
);

export const anyRequest: fc.Arbitrary<AnyRequest> = fc
  .tuple(
    fc.constantFrom<OllamaKind>(
      "chat",
      "chat",
      "chat",
      "generate",
      "generate",
      "embed",
      "embeddings",
    ),
    fc.integer({ min: 0, max: 3 }),
    foreign,
  )
  .chain(([kind, top, names]) =>
    requests[kind].map((request) => {
      const asked =
        request["logprobs"] === true && top > 0 ? { ...request, top_logprobs: top } : request;
      return { kind, request: withForeign(asked, names), foreign: names };
    }),
  );

function withForeign(request: JsonRecord, names: readonly string[]): JsonRecord {
  const added: Record<string, unknown> = { ...request };
  for (const name of names) {
    const [, option] = name.split(".");
    if (option === undefined) added[name] = 1;
    else added["options"] = { ...(added["options"] as JsonRecord), [option]: 1 };
  }
  return added;
}
