// Ollama's requests as OpenAI's: what reaches the server, and what is refused.
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { ollamaKind, type OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import { serverTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { translateRequest } from "./pipeline.ts";
import { openTraits, strict, translate, translated } from "./translated.ts";
import { asRead, asReceived } from "./written.ts";

const hi = { role: "user", content: "hi" };
const streamed = { stream: true, stream_options: { include_usage: true } };
const chat = (more: JsonRecord) => ({ messages: [hi], stream: false, ...more });
const bodies = (more: JsonRecord) => ({ model: "m", messages: [hi], stream: false, ...more });

const schema = { type: "object", properties: { n: { type: "integer" } } };
const requests: readonly [string, OllamaKind, JsonRecord, string, JsonRecord][] = [
  [
    "a chat streams unless told not to, and asks for its usage",
    "chat",
    { model: "other", messages: [hi] },
    "/v1/chat/completions",
    { model: "m", messages: [hi], ...streamed },
  ],
  [
    "options are fields of their own",
    "chat",
    chat({
      options: {
        temperature: 0,
        top_p: 0.9,
        top_k: 40,
        min_p: 0.05,
        seed: 7,
        stop: ["a", "b"],
        num_predict: 128,
        repeat_penalty: 1.1,
        presence_penalty: 0.5,
        frequency_penalty: -0.5,
      },
    }),
    "/v1/chat/completions",
    bodies({
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      seed: 7,
      stop: ["a", "b"],
      max_tokens: 128,
      repeat_penalty: 1.1,
      repetition_penalty: 1.1,
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
    }),
  ],
  [
    "format json is any JSON object",
    "chat",
    chat({ format: "json" }),
    "/v1/chat/completions",
    bodies({ response_format: { type: "json_object" } }),
  ],
  [
    "a schema stays as it is",
    "chat",
    chat({ format: schema }),
    "/v1/chat/completions",
    bodies({
      response_format: {
        type: "json_schema",
        json_schema: { name: "response", strict: false, schema },
      },
    }),
  ],
  [
    "thinking can be asked for",
    "chat",
    chat({ think: true }),
    "/v1/chat/completions",
    bodies({ chat_template_kwargs: { enable_thinking: true, thinking: true } }),
  ],
  [
    "thinking can be turned off",
    "chat",
    chat({ think: false }),
    "/v1/chat/completions",
    bodies({ chat_template_kwargs: { enable_thinking: false, thinking: false } }),
  ],
  [
    "a level of thinking is an effort",
    "chat",
    chat({ think: "max" }),
    "/v1/chat/completions",
    bodies({
      reasoning_effort: "high",
      chat_template_kwargs: { enable_thinking: true, thinking: true, reasoning_effort: "high" },
    }),
  ],
  [
    "images go before the text, as data URLs of their type",
    "chat",
    chat({
      messages: [
        {
          role: "user",
          content: "what?",
          images: ["iVBORw0KGgo=", "/9j/4AAQ", "data:image/gif;base64,R0lG"],
        },
      ],
    }),
    "/v1/chat/completions",
    bodies({
      messages: [
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
            { type: "image_url", image_url: { url: "data:image/jpeg;base64,/9j/4AAQ" } },
            { type: "image_url", image_url: { url: "data:image/gif;base64,R0lG" } },
            { type: "text", text: "what?" },
          ],
        },
      ],
    }),
  ],
  [
    "roles are in lower case, and images without white space",
    "chat",
    chat({ messages: [{ role: "USER", content: "", images: [" R0lG\nODlh "] }] }),
    "/v1/chat/completions",
    bodies({
      messages: [
        {
          role: "user",
          content: [{ type: "image_url", image_url: { url: "data:image/gif;base64,R0lGODlh" } }],
        },
      ],
    }),
  ],
  [
    "log probabilities are asked for as OpenAI wants it",
    "chat",
    chat({ logprobs: true, top_logprobs: 3 }),
    "/v1/chat/completions",
    bodies({ logprobs: true, top_logprobs: 3 }),
  ],
  [
    "what asks for nothing is neither sent nor named",
    "chat",
    chat({
      template: "",
      keep_alive: null,
      mood: {},
      tools: [],
      format: "",
      think: null,
      options: { stop: [], seed: null, num_predict: 0 },
    }),
    "/v1/chat/completions",
    bodies({}),
  ],
  [
    "a prompt is a message of the user's, after the system's",
    "generate",
    { prompt: "hi", system: "be brief", images: ["R0lGODlh"], stream: false },
    "/v1/chat/completions",
    {
      model: "m",
      messages: [
        { role: "system", content: "be brief" },
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "data:image/gif;base64,R0lGODlh" } },
            { type: "text", text: "hi" },
          ],
        },
      ],
      stream: false,
    },
  ],
  [
    "a raw prompt is completed as it is",
    "generate",
    { prompt: "<|user|>hi", raw: true },
    "/v1/completions",
    { model: "m", prompt: "<|user|>hi", ...streamed },
  ],
  [
    "a suffix needs a completion, which takes a schema where the server knows how",
    "generate",
    { prompt: "a", suffix: "c", format: schema, logprobs: true, top_logprobs: 2, stream: false },
    "/v1/completions",
    {
      model: "m",
      prompt: "a",
      suffix: "c",
      response_format: {
        type: "json_schema",
        json_schema: { name: "response", strict: false, schema },
      },
      json_schema: schema,
      logprobs: 2,
      stream: false,
    },
  ],
  [
    "several inputs are embedded in one go",
    "embed",
    { input: ["a", ""], dimensions: 64 },
    "/v1/embeddings",
    { model: "m", input: ["a", ""], dimensions: 64 },
  ],
  [
    "the older call embeds its prompt",
    "embeddings",
    { prompt: "a" },
    "/v1/embeddings",
    { model: "m", input: "a" },
  ],
];

describe("a request that both APIs can say arrives whole", () => {
  test.each(requests)("%s", (_, kind, request, path, body) => {
    expect(translate(kind, request)).toEqual({ kind: "request", path, body, dropped: [] } as never);
  });
});

test.each([
  ["/api/chat", true],
  ["/api/embeddings", true],
  ["/api/tags", false],
  ["/v1/embeddings", false],
  ["toString", false],
])("%s can be translated: %p", (path, can) => {
  expect(ollamaKind(endpointOf("POST", path)) !== null).toBe(can);
});

test("without a model none is sent", () => {
  const result = translateRequest("embeddings", asReceived({ prompt: "a" }), null, openTraits);
  expect(result).toMatchObject({ body: { input: "a" } });
  expect(result).not.toHaveProperty("body.model");
});

const toolCall = (name: string, more: JsonRecord = {}) => ({
  ...more,
  function: { name, arguments: { of: name } },
});
const asked = (...calls: readonly JsonRecord[]) => ({
  role: "assistant",
  content: "",
  tool_calls: calls,
});
const results: readonly [string, readonly JsonRecord[], readonly string[]][] = [
  [
    "by name, whatever their order",
    [
      asked(toolCall("a"), toolCall("b")),
      { role: "tool", tool_name: "b", content: "" },
      { role: "tool", tool_name: "a", content: "" },
    ],
    ["call00001", "call00002", "call00002", "call00001"],
  ],
  [
    "by order, where a name is missing or comes twice",
    [
      asked(toolCall("a"), toolCall("a"), toolCall("b")),
      { role: "tool", tool_name: "a", content: "" },
      { role: "tool", content: "" },
      { role: "tool", name: "b", content: "" },
    ],
    ["call00001", "call00002", "call00003", "call00001", "call00002", "call00003"],
  ],
  [
    "by the client's own ids, which are never given twice",
    [
      asked(toolCall("a", { id: "call00001" }), toolCall("b")),
      { role: "tool", tool_call_id: "call00001", content: "" },
      { role: "tool", content: "" },
    ],
    ["call00001", "call00002", "call00001", "call00002"],
  ],
  [
    "to the last calls, not to older ones that nobody answered",
    [asked(toolCall("a")), asked(toolCall("a")), { role: "tool", tool_name: "a", content: "" }],
    ["call00001", "call00002", "call00002"],
  ],
  [
    "to no call of anyone else's, where there is none",
    [asked(toolCall("a")), { role: "tool", content: "" }, { role: "tool", content: "" }],
    ["call00001", "call00001", "call00002"],
  ],
];

describe("tool results find the calls they answer", () => {
  test.each(results)("%s", (_, messages, ids) => {
    const { body } = translated("chat", { messages });
    const sent = body["messages"] as readonly {
      tool_call_id?: string;
      tool_calls?: readonly { id: string }[];
    }[];
    expect(sent.flatMap((m) => m.tool_calls?.map(({ id }) => id) ?? [m.tool_call_id!])).toEqual([
      ...ids,
    ]);
  });

  test("arguments are text there; a text is handed on", () => {
    const messages = [
      asked(
        toolCall("a"),
        { function: { name: "b", arguments: '{"x":1.0}' } },
        {
          function: { name: "c" },
        },
      ),
    ];
    expect(translated("chat", { messages }).body["messages"]).toEqual([
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "call00001", type: "function", function: { name: "a", arguments: '{"of":"a"}' } },
          { id: "call00002", type: "function", function: { name: "b", arguments: '{"x":1.0}' } },
          { id: "call00003", type: "function", function: { name: "c", arguments: "{}" } },
        ],
      },
    ]);
  });

  test("ids do not change when the conversation goes on", () => {
    const turn = [asked(toolCall("a")), { role: "tool", tool_name: "a", content: "1" }];
    const short = translated("chat", { messages: turn }).body["messages"] as readonly unknown[];
    const long = translated("chat", { messages: [...turn, ...turn] }).body["messages"];
    expect((long as readonly unknown[]).slice(0, 2)).toEqual([...short]);
  });
});

const dropped: readonly [string, OllamaKind, JsonRecord, readonly string[]][] = [
  [
    "what the server decides",
    "chat",
    chat({ keep_alive: 0, options: { num_ctx: 8192, mirostat: 2, temperature: 1 } }),
    ["keep_alive", "options.num_ctx", "options.mirostat"],
  ],
  [
    "what nobody knows, at any depth",
    "chat",
    chat({
      messages: [
        { ...hi, mood: "good" },
        asked({ of: 1, function: { name: "a", strict: true } }),
        { role: "tool", tool_name: "a", content: "" },
      ],
      hurry: true,
      options: { luck: 1 },
    }),
    [
      "hurry",
      "messages.mood",
      "messages.tool_calls.of",
      "messages.tool_calls.function.strict",
      "options.luck",
    ],
  ],
  [
    "images and fields in messages that cannot have them",
    "chat",
    chat({
      messages: [
        { role: "system", content: "s", images: ["R0lGODlh"], thinking: "t" },
        { ...hi, tool_name: "x", tool_calls: [toolCall("a")] },
      ],
    }),
    ["messages.thinking", "messages.images", "messages.tool_calls", "messages.tool_name"],
  ],
  [
    "what a prompt with a suffix has no room for",
    "generate",
    { prompt: "a", suffix: "b", system: "s", images: ["R0lGODlh"], think: true, context: [1] },
    ["context", "system", "images", "think"],
  ],
  ["top_logprobs without logprobs", "generate", { prompt: "a", top_logprobs: 2 }, ["top_logprobs"]],
  [
    "all options of embeddings",
    "embed",
    { input: "a", truncate: false, options: { temperature: 1, num_ctx: 1 } },
    ["truncate", "options.temperature", "options.num_ctx"],
  ],
];

describe("what cannot be carried is named", () => {
  test.each(dropped)("%s", (_, kind, request, names) => {
    expect(translated(kind, request).dropped.toSorted()).toEqual(names.toSorted());
  });

  test("towards a server that refuses unknown fields, all that OpenAI does not know", () => {
    const request = chat({
      messages: [
        hi,
        { ...asked(toolCall("a")), thinking: "hm" },
        { role: "tool", tool_name: "a", content: "1" },
      ],
      think: false,
      options: { top_k: 1, min_p: 0.1, repeat_penalty: 1, temperature: 1 },
    });
    const { body, dropped: names } = translated("chat", request, strict);
    expect([...names].toSorted()).toEqual([
      "messages.thinking",
      "options.min_p",
      "options.repeat_penalty",
      "options.top_k",
      "think",
    ]);
    expect(Object.keys(body).toSorted()).toEqual(["messages", "model", "stream", "temperature"]);
    expect((body["messages"] as readonly JsonRecord[]).flatMap(Object.keys).toSorted()).toEqual(
      [
        "content",
        "role",
        "content",
        "role",
        "tool_calls",
        "content",
        "role",
        "tool_call_id",
      ].toSorted(),
    );
  });

  test("a level of thinking reaches a strict server, too", () => {
    const { body, dropped: names } = translated("chat", chat({ think: "low" }), strict);
    expect(body["reasoning_effort"]).toBe("low");
    expect(body).not.toHaveProperty("chat_template_kwargs");
    expect(names).toEqual([]);
  });
});

describe("hosted servers get the names they know", () => {
  const request = { messages: [hi], options: { num_predict: 5, seed: 1 } };
  const hosts: readonly [string, JsonRecord][] = [
    ["https://api.openai.com", { max_completion_tokens: 5, seed: 1, ...streamed }],
    ["https://lab.openai.azure.com/openai", { max_completion_tokens: 5, seed: 1, ...streamed }],
    ["https://api.mistral.ai", { max_tokens: 5, random_seed: 1, stream: true }],
    ["https://notopenai.com", { max_tokens: 5, seed: 1, ...streamed }],
    ["http://localhost:8080", { max_tokens: 5, seed: 1, ...streamed }],
  ];
  test.each(hosts)("%s", (url, body) => {
    expect(translated("chat", request, serverTraits(url)).body).toEqual({
      model: "m",
      messages: [hi],
      ...body,
    });
  });

  test("OpenAI's completions keep the older name", () => {
    const raw = { prompt: "a", raw: true, options: { num_predict: 5 } };
    const traits = serverTraits("https://api.openai.com");
    expect(translated("generate", raw, traits).body).toMatchObject({ max_tokens: 5 });
  });
});

const idle: readonly [string, OllamaKind, JsonRecord, string][] = [
  ["no messages load a model", "chat", { messages: [] }, "load"],
  ["no prompt loads it", "generate", { model: "m" }, "load"],
  ["keep_alive 0 unloads it", "generate", { prompt: "", keep_alive: 0 }, "unload"],
  ["so does 0s", "chat", { keep_alive: "0s" }, "unload"],
  ["nothing to embed", "embed", { input: [] }, "empty"],
  ["nothing to embed, the older way", "embeddings", { prompt: "" }, "empty"],
];

describe("a request that asks nothing goes to no server", () => {
  test.each(idle)("%s", (_, kind, request, reason) => {
    const result = translate(kind, request);
    if (result.kind !== "idle") throw new Error(JSON.stringify(result));
    const { done_reason: reported = "empty" } = asRead(result.answer("m", 0));
    expect(reported).toBe(reason);
  });
});

const invalid: readonly [string, OllamaKind, JsonRecord][] = [
  ['option "temperature" must be a number', "chat", chat({ options: { temperature: "hot" } })],
  ['option "stop" must be a list of texts', "chat", chat({ options: { stop: [1] } })],
  ["options must be an object", "chat", chat({ options: 1 })],
  ["messages must be a list", "chat", { messages: "hi" }],
  ["messages[0] must be an object", "chat", { messages: ["hi"] }],
  ["messages[1].role must be a text", "chat", { messages: [hi, { content: "" }] }],
  [
    "messages[0].content must be a text; images go into messages[0].images",
    "chat",
    { messages: [{ role: "user", content: [] }] },
  ],
  [
    "messages[0].images[0] must be base64",
    "chat",
    { messages: [{ ...hi, images: ["https://example.com/cat.png"] }] },
  ],
  ["images must be a list", "generate", { prompt: "a", images: "R0lGODlh" }],
  ["messages[0].tool_calls must be a list", "chat", { messages: [{ ...asked(), tool_calls: 1 }] }],
  ["messages[0].tool_calls[0].function.name must be a text", "chat", { messages: [asked({})] }],
  [
    "messages[0].tool_calls[0].function.arguments must be an object",
    "chat",
    { messages: [asked({ function: { name: "a", arguments: [] } })] },
  ],
  ["tools must be a list of objects", "chat", chat({ tools: ["a"] })],
  ['format must be "json" or a JSON schema', "chat", chat({ format: "xml" })],
  ['think must be true, false, "low", "medium", "high" or "max"', "chat", chat({ think: "hard" })],
  ["top_logprobs must be a number", "chat", chat({ top_logprobs: "2" })],
  ["stream must be true or false", "chat", { messages: [hi], stream: "no" }],
  ["prompt must be a text", "generate", { prompt: ["a"] }],
  [
    "raw mode does not support template, system, or context",
    "generate",
    { prompt: "a", raw: true, system: "s" },
  ],
  ["input must be a text or a list of texts", "embed", { input: [1] }],
  ["dimensions must be a number", "embed", { input: "a", dimensions: "8" }],
];

describe("an invalid request is refused in words", () => {
  test.each(invalid)("%s", (message, kind, request) => {
    expect(translate(kind, request)).toEqual({ kind: "problem", message });
  });
});
