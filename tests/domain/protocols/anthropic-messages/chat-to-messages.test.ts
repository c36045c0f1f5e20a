// What becomes of a chat's request on its way to Anthropic, row by row.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { translatedCall } from "../../../lab/translated-call.ts";

const hi = { role: "user", content: "hi" };
const said = (text: string) => ({ type: "text", text });

function asked(request: JsonRecord) {
  const call = translatedCall(
    "/v1/chat/completions",
    { model: "x", messages: [hi], ...request },
    "anthropic-messages",
  );
  if (call.sent === null) throw new Error(JSON.stringify(call.instead));
  expect(anthropicRefusal(call.sent)).toBeNull();
  return { sent: call.sent, dropped: call.dropped, text: call.sentText, path: call.path };
}

test("the least request gets the limit that Anthropic wants", () => {
  const { sent, dropped, path } = asked({});
  expect(path).toBe("/v1/messages");
  expect(sent).toEqual({
    model: "claude",
    max_tokens: 8192,
    stream: false,
    messages: [{ role: "user", content: [said("hi")] }],
  });
  expect(dropped).toEqual([]);
});

describe("messages", () => {
  const messages = (...list: readonly JsonRecord[]) => asked({ messages: list });

  test("leading instructions become blocks of the system, one each", () => {
    const { sent } = messages(
      { role: "system", content: "be brief" },
      { role: "developer", content: [said("be kind"), said("and true")] },
      hi,
    );
    expect(sent["system"]).toEqual([said("be brief"), said("be kind"), said("and true")]);
    expect(sent["messages"]).toEqual([{ role: "user", content: [said("hi")] }]);
  });

  test("a later one is said by the user before it, or by the next", () => {
    const { sent } = messages(
      hi,
      { role: "system", content: "now shout" },
      { role: "assistant", content: "HI" },
      { role: "system", content: "whisper" },
      { role: "user", content: "again" },
    );
    expect(sent["messages"]).toEqual([
      { role: "user", content: [said("hi"), said("now shout")] },
      { role: "assistant", content: [said("HI")] },
      { role: "user", content: [said("whisper"), said("again")] },
    ]);
    expect(sent["system"]).toBeUndefined();
  });

  test("an instruction alone is what the model answers", () => {
    const { sent } = messages(
      { role: "system", content: "be brief" },
      { role: "system", content: "tell a joke" },
    );
    expect(sent).toMatchObject({
      system: [said("be brief")],
      messages: [{ role: "user", content: [said("tell a joke")] }],
    });
  });

  test("pictures and files become blocks: data as base64, links as links", () => {
    const { sent, dropped } = messages({
      role: "user",
      content: [
        said("see"),
        { type: "image_url", image_url: { url: "data:image/jpg;base64,/9j/4A==", detail: "high" } },
        { type: "image_url", image_url: { url: "https://a.example/b.png", detail: "auto" } },
        {
          type: "file",
          file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" },
        },
        {
          type: "file",
          file: { filename: "a.md", file_data: "data:text/markdown;base64,IyBow6k=" },
        },
      ],
    });
    expect(sent["messages"]).toEqual([
      {
        role: "user",
        content: [
          said("see"),
          { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "/9j/4A==" } },
          { type: "image", source: { type: "url", url: "https://a.example/b.png" } },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" },
            title: "a.pdf",
          },
          {
            type: "document",
            source: { type: "text", media_type: "text/plain", data: "# hé" },
            title: "a.md",
          },
        ],
      },
    ]);
    expect(dropped).toEqual(["messages.content.image_url.detail"]);
  });

  test("assistant's messages without content are left out, and what is then side by side is one", () => {
    const { sent } = messages(
      hi,
      { role: "assistant", content: null },
      { role: "user", content: "there?" },
      { role: "assistant", content: "" },
    );
    expect(sent["messages"]).toEqual([{ role: "user", content: [said("hi"), said("there?")] }]);
  });

  test("an answer to go on with ends in no white space", () => {
    const { sent } = messages(hi, { role: "assistant", content: "I think \n" });
    expect(sent["messages"]).toContainEqual({ role: "assistant", content: [said("I think")] });
  });

  const call = (id: string, name: string, given: string) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  });
  const use = (id: string, name: string, input: JsonRecord) => ({
    type: "tool_use",
    id,
    name,
    input,
  });

  test("calls keep the model's own text, and results come first in one message", () => {
    const { sent, dropped, text } = messages(
      hi,
      {
        role: "assistant",
        content: "let me see",
        reasoning_content: "hm",
        tool_calls: [
          call("a", "look", '{"b": 1.0,"a":12345678901234567890}'),
          call("b", "stop", ""),
        ],
      },
      { role: "user", content: "meanwhile" },
      { role: "tool", tool_call_id: "b", content: "" },
      { role: "system", content: "hurry" },
      { role: "tool", tool_call_id: "a", content: [said("one"), said("two")] },
    );
    expect(text).toContain('"input":{"b": 1.0,"a":12345678901234567890}');
    expect(sent["messages"]).toEqual([
      { role: "user", content: [said("hi")] },
      {
        role: "assistant",
        content: [
          said("let me see"),
          use("a", "look", { b: 1, a: Number("12345678901234567890") }),
          use("b", "stop", {}),
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "b" },
          { type: "tool_result", tool_use_id: "a", content: [said("one"), said("two")] },
          said("meanwhile"),
          said("hurry"),
        ],
      },
    ]);
    // Nobody has signed it. And what was called before is declared, though none of it may be called now.
    expect(dropped).toEqual(["messages.reasoning_content"]);
    expect(sent).toMatchObject({
      tools: [{ name: "look" }, { name: "stop" }],
      tool_choice: { type: "none" },
    });
  });

  test("calls of one answer in several messages are one turn", () => {
    const { sent } = messages(
      hi,
      { role: "assistant", content: null, tool_calls: [call("a", "look", "{}")] },
      { role: "assistant", content: null, tool_calls: [call("b", "look", "{}")] },
      { role: "tool", tool_call_id: "a", content: "1" },
      { role: "tool", tool_call_id: "b", content: "2" },
    );
    expect(sent["messages"]).toMatchObject([
      {},
      { content: [{ id: "a" }, { id: "b" }] },
      { content: [{ tool_use_id: "a" }, { tool_use_id: "b" }] },
    ]);
  });

  test("odd and repeated ids are changed on both ends, the same way each time", () => {
    const turn = (at: number) => [
      {
        role: "assistant",
        content: null,
        tool_calls: [call("functions.look:0", "look", "{}"), call("0", "look", "{}")],
      },
      { role: "tool", tool_call_id: "functions.look:0", content: `a${at}` },
      { role: "tool", tool_call_id: "0", content: `b${at}` },
    ];
    const { sent } = messages(hi, ...turn(1), ...turn(2));
    const list = sent["messages"] as readonly { content: readonly JsonRecord[] }[];
    const ids = (at: number, key: string) => list[at]?.content.map((block) => block[key]);
    expect(ids(1, "id")).toEqual([expect.stringMatching(/^functions_look_0_[0-9a-f]{8}$/), "0"]);
    expect(ids(2, "tool_use_id")).toEqual(ids(1, "id"));
    expect(ids(3, "id")).toEqual([`${String(ids(1, "id")?.[0])}_2`, "0_2"]);
    expect(ids(4, "tool_use_id")).toEqual(ids(3, "id"));
    expect(messages(hi, ...turn(1)).sent["messages"]).toEqual(list.slice(0, 3));
  });

  test("arguments that are no object are kept as text, and named", () => {
    const { sent, dropped } = messages(
      hi,
      { role: "assistant", content: null, tool_calls: [call("a", "look", '{"at":')] },
      { role: "tool", tool_call_id: "a", content: "bad arguments" },
    );
    expect(sent["messages"]).toMatchObject([{}, { content: [{ input: { raw: '{"at":' } }] }, {}]);
    expect(dropped).toEqual(["messages.tool_calls"]);
  });

  test("calls of the API's first form, and custom ones, are calls", () => {
    const { sent, dropped } = messages(
      hi,
      { role: "assistant", content: null, function_call: { name: "look", arguments: '{"at":1}' } },
      { role: "function", name: "look", content: "a wall" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c", type: "custom", custom: { name: "patch", input: 'a "b"\n' } }],
      },
      { role: "tool", tool_call_id: "c", content: "ok" },
    );
    expect(sent["messages"]).toMatchObject([
      {},
      { content: [use("function_call_1", "look", { at: 1 })] },
      { content: [{ tool_use_id: "function_call_1", content: [said("a wall")] }] },
      { content: [use("c", "patch", { input: 'a "b"\n' })] },
      { content: [{ tool_use_id: "c" }] },
    ]);
    expect(dropped).toEqual([]);
  });

  test("pictures stay in the results that they are in", () => {
    const { sent, dropped } = messages(
      hi,
      { role: "assistant", content: null, tool_calls: [call("a", "look", "{}")] },
      {
        role: "tool",
        tool_call_id: "a",
        content: [
          said("seen:"),
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
        ],
      },
    );
    const source = { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" };
    expect(sent["messages"]).toMatchObject([
      {},
      {},
      { content: [{ type: "tool_result", content: [said("seen:"), { type: "image", source }] }] },
    ]);
    expect(dropped).toEqual([]);
  });

  test("names and refusals have their place, or are named", () => {
    const { sent, dropped } = messages(
      { role: "user", name: "ann", content: "hi" },
      { role: "assistant", content: null, refusal: "No." },
      hi,
    );
    expect(sent["messages"]).toMatchObject([{}, { content: [said("No.")] }, {}]);
    expect(dropped).toEqual(["messages.name"]);
  });
});

const tool = {
  type: "function",
  function: {
    name: "look",
    description: "d",
    parameters: { type: "object", properties: {} },
    strict: true,
  },
};
const custom = {
  type: "custom",
  custom: {
    name: "patch",
    description: "edits",
    format: { type: "grammar", grammar: { syntax: "lark", definition: "start: /.+/" } },
  },
};
const look = {
  name: "look",
  description: "d",
  input_schema: { type: "object", properties: {} },
  strict: true,
};

const rows: readonly (readonly [
  what: string,
  request: JsonRecord,
  sent: JsonRecord,
  dropped?: readonly string[],
])[] = [
  ["max_tokens", { max_tokens: 7 }, { max_tokens: 7 }],
  ["max_completion_tokens", { max_completion_tokens: 8, max_tokens: 8 }, { max_tokens: 8 }],
  ["both limits", { max_completion_tokens: 8, max_tokens: 9 }, { max_tokens: 8 }, ["max_tokens"]],
  ["temperature", { temperature: 0.3 }, { temperature: 0.3 }],
  ["temperature > 1", { temperature: 1.7 }, { temperature: 1 }, ["temperature"]],
  ["top_p, top_k", { top_p: 0.5, top_k: 3 }, { top_p: 0.5, top_k: 3 }],
  ["top_p beside a temperature", { temperature: 0, top_p: 0.5 }, { temperature: 0 }, ["top_p"]],
  ["top_p of 1 beside it", { temperature: 0, top_p: 1 }, { temperature: 0 }],
  ["stop as a text", { stop: "end" }, { stop_sequences: ["end"] }],
  ["stop as a list", { stop: ["a", "b"] }, { stop_sequences: ["a", "b"] }],
  ["stop of white space", { stop: ["a", "\n\n"] }, { stop_sequences: ["a"] }, ["stop"]],
  ["stop of white space alone", { stop: "\n" }, { stop_sequences: undefined }, ["stop"]],
  ["stream", { stream: true, stream_options: { include_usage: true } }, { stream: true }],
  ["user", { user: "ann" }, { metadata: { user_id: "ann" } }],
  [
    "safety_identifier",
    { safety_identifier: "b", user: "ann" },
    { metadata: { user_id: "b" } },
    ["user"],
  ],
  ["a user's name too long", { user: "a".repeat(257) }, { metadata: undefined }, ["user"]],
  [
    "reasoning_effort",
    { reasoning_effort: "medium" },
    { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "medium" } },
  ],
  [
    "reasoning_effort minimal",
    { reasoning_effort: "minimal" },
    { output_config: { effort: "low" } },
  ],
  ["reasoning_effort xhigh", { reasoning_effort: "xhigh" }, { output_config: { effort: "xhigh" } }],
  [
    "reasoning_effort none",
    { reasoning_effort: "none" },
    { thinking: { type: "disabled" }, output_config: undefined },
  ],
  [
    "a switch of open models' templates",
    { chat_template_kwargs: { enable_thinking: true, thinking: true, other: 1 } },
    { thinking: { type: "adaptive", display: "summarized" } },
    ["chat_template_kwargs.other"],
  ],
  [
    "such a switch beside an effort",
    { reasoning_effort: "low", chat_template_kwargs: { enable_thinking: true } },
    { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
  ],
  [
    "thinking beside a temperature",
    { reasoning_effort: "low", temperature: 0.5 },
    { thinking: undefined, output_config: undefined },
    ["reasoning_effort"],
  ],
  [
    "thinking beside a forced tool",
    { reasoning_effort: "low", tools: [tool], tool_choice: "required" },
    { thinking: undefined, tool_choice: { type: "any" } },
    ["reasoning_effort"],
  ],
  [
    "response_format json_schema",
    {
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "n",
          strict: true,
          schema: { type: "object", properties: { a: { type: "object", properties: {} } } },
        },
      },
    },
    {
      output_config: {
        format: {
          type: "json_schema",
          schema: {
            type: "object",
            properties: { a: { type: "object", properties: {}, additionalProperties: false } },
            additionalProperties: false,
          },
        },
      },
    },
  ],
  [
    "response_format json_object",
    { response_format: { type: "json_object" } },
    { output_config: undefined },
    ["response_format"],
  ],
  ["response_format text", { response_format: { type: "text" } }, { output_config: undefined }],
  ["tools", { tools: [tool] }, { tools: [look] }],
  [
    "tools without a schema, or with one of no type",
    {
      tools: [
        { type: "function", function: { name: "a" } },
        { type: "function", function: { name: "b", parameters: { properties: { x: {} } } } },
      ],
    },
    {
      tools: [
        { name: "a", input_schema: { type: "object", properties: {} } },
        { name: "b", input_schema: { type: "object", properties: { x: {} } } },
      ],
    },
  ],
  [
    "custom tools",
    { tools: [custom] },
    {
      tools: [
        {
          name: "patch",
          description: "edits\n\nThe input must follow this lark grammar:\nstart: /.+/",
          input_schema: {
            type: "object",
            properties: { input: { type: "string" } },
            required: ["input"],
          },
        },
      ],
    },
  ],
  [
    "functions",
    { functions: [tool.function], function_call: { name: "look" } },
    { tools: [look], tool_choice: { type: "tool", name: "look" } },
  ],
  ["tool_choice auto", { tools: [tool], tool_choice: "auto" }, { tool_choice: { type: "auto" } }],
  [
    "tool_choice none",
    { tools: [tool], tool_choice: "none" },
    { tools: [look], tool_choice: { type: "none" } },
  ],
  [
    "tool_choice required",
    { tools: [tool], tool_choice: "required" },
    { tool_choice: { type: "any" } },
  ],
  [
    "tool_choice of a function",
    { tools: [tool], tool_choice: { type: "function", function: { name: "look" } } },
    { tool_choice: { type: "tool", name: "look" } },
  ],
  [
    "tool_choice of a custom tool",
    { tools: [custom], tool_choice: { type: "custom", custom: { name: "patch" } } },
    { tool_choice: { type: "tool", name: "patch" } },
  ],
  [
    "tool_choice allowed_tools",
    {
      tools: [tool, custom],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [{ type: "function", function: { name: "look" } }],
        },
      },
    },
    { tools: [look], tool_choice: { type: "any" } },
  ],
  [
    "parallel_tool_calls false",
    { tools: [tool], parallel_tool_calls: false },
    { tool_choice: { type: "auto", disable_parallel_tool_use: true } },
  ],
  [
    "parallel_tool_calls true",
    { tools: [tool], parallel_tool_calls: true },
    { tool_choice: undefined },
  ],
  [
    "a choice without tools",
    { tool_choice: "auto", parallel_tool_calls: false },
    { tool_choice: undefined },
  ],
  [
    "what asks for nothing",
    {
      n: 1,
      store: false,
      service_tier: "auto",
      logprobs: false,
      modalities: ["text"],
      presence_penalty: 0,
      stream: null,
    },
    { stream: false },
  ],
];
test.each(rows)("%s", (_, request, expected, dropped = []) => {
  const answer = asked(request);
  for (const [key, value] of Object.entries(expected)) expect(answer.sent[key]).toEqual(value);
  expect([...answer.dropped]).toEqual([...dropped]);
});

const unplaced: JsonRecord = {
  seed: 1,
  presence_penalty: 1,
  frequency_penalty: 1,
  logit_bias: { "1": 2 },
  logprobs: true,
  top_logprobs: 2,
  prediction: { type: "content", content: "a" },
  verbosity: "low",
  store: true,
  metadata: { a: "b" },
  web_search_options: { search_context_size: "low" },
  prompt_cache_key: "k",
  service_tier: "flex",
  audio: { voice: "x", format: "wav" },
  min_p: 0.1,
  repetition_penalty: 1.1,
  unheard_of: 1,
};
test.each(Object.entries(unplaced))("%s has no place, and is named", (name, value) => {
  const { sent, dropped } = asked({ [name]: value });
  expect(sent).toEqual(asked({}).sent);
  expect(dropped).toEqual([name]);
});

const impossible: readonly (readonly [string, JsonRecord])[] = [
  ["n", { n: 2 }],
  ["modalities", { modalities: ["text", "audio"] }],
  [
    "messages.content.input_audio",
    {
      messages: [
        {
          role: "user",
          content: [{ type: "input_audio", input_audio: { data: "", format: "wav" } }],
        },
      ],
    },
  ],
  [
    "messages.content.file.file_id",
    { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }] },
  ],
  [
    "messages.content.file",
    {
      messages: [
        {
          role: "user",
          content: [{ type: "file", file: { file_data: "data:application/zip;base64,UEs=" } }],
        },
      ],
    },
  ],
];
test.each(impossible)("%s cannot be served", (field, request) => {
  const { cannot } = translatedCall(
    "/v1/chat/completions",
    { messages: [hi], ...request },
    "anthropic-messages",
  );
  expect(cannot).toBe(field);
});

const wrong: readonly (readonly [string, JsonRecord])[] = [
  ["messages must be a list", { messages: "hi" }],
  ["messages[0] must be an object", { messages: ["hi"] }],
  [
    "messages[0].role must be system, developer, user, assistant, tool or function",
    { messages: [{ role: "oracle", content: "a" }] },
  ],
  [
    "messages[0].content must be a text or a list of parts",
    { messages: [{ role: "user", content: 7 }] },
  ],
  ["messages[0].content[0].type must be a text", { messages: [{ role: "user", content: [{}] }] }],
  ["messages[0].tool_call_id must be a text", { messages: [{ role: "tool", content: "a" }] }],
  [
    "messages[0].tool_calls[0].id must be a text",
    { messages: [{ role: "assistant", tool_calls: [{ function: { name: "a", arguments: "" } }] }] },
  ],
  ["tools[0].function.name must be a text", { tools: [{ type: "function" }] }],
  ["temperature must be a number", { temperature: "hot" }],
  ["stop must be a text or a list of texts", { stop: [1] }],
  ["stream must be true or false", { stream: "yes" }],
];
test.each(wrong)("refuses: %s", (message, request) => {
  const { instead } = translatedCall(
    "/v1/chat/completions",
    { messages: [hi], ...request },
    "anthropic-messages",
  );
  expect(instead).toMatchObject({ error: { message } });
});

test("more marks for a cache than Anthropic takes are the last four, and named", () => {
  const marked = (text: string) => ({
    role: "user",
    content: [{ type: "text", text, cache_control: { type: "ephemeral" } }],
  });
  const markedTexts = (count: number) => {
    const messages = Array.from({ length: count }, (_, at) => marked(`text ${at}`));
    const { sentText, dropped } = translatedCall(
      "/v1/chat/completions",
      { model: "m", messages },
      "anthropic-messages",
    );
    return { marks: sentText.split("cache_control").length - 1, sentText, dropped };
  };
  expect(markedTexts(4)).toMatchObject({ marks: 4, dropped: [] });
  const many = markedTexts(6);
  expect(many).toMatchObject({ marks: 4, dropped: ["cache_control"] });
  expect(many.sentText).toContain('"text 5","cache_control"');
  expect(many.sentText).not.toContain('"text 1","cache_control"');
});
