// Requests to /v1/messages as a chat server gets them: a row for everything that a request can hold.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { madeBy, unsigned } from "../../../lab/made-by.ts";
import { asChat, chatServer, type ServerName } from "./over-chat.ts";

const hi = { role: "user", content: "hi" };
const off = { chat_template_kwargs: { enable_thinking: false, thinking: false } };
const png = { type: "base64", media_type: "image/png", data: "iVBO" };
const pngUrl = { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } };
const pdf = { type: "base64", media_type: "application/pdf", data: "JVBE" };
const words = (text: string) => ({ type: "text", text });
const use = (id: string, name: string, input: JsonRecord) => ({
  type: "tool_use",
  id,
  name,
  input,
});
const result = (id: string, content: unknown, more: JsonRecord = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  content,
  ...more,
});
const called = (...calls: readonly [id: string, name: string, given: string][]) =>
  calls.map(([id, name, given]) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  }));
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const system = (content: unknown) => ({ role: "system", content });
const cached = { cache_control: { type: "ephemeral" } };
const billing = words("x-anthropic-billing-header: cc_version=2.1");

type Row = readonly [
  what: string,
  messages: readonly unknown[],
  chat: readonly unknown[],
  dropped?: readonly string[],
  server?: ServerName,
];

const conversations: readonly Row[] = [
  ["a text", [hi], [hi]],
  ["one block of text", [user([words("hi")])], [hi]],
  ["several blocks stay parts", [user([words("a"), words("b")])], [user([words("a"), words("b")])]],
  [
    "images, by their bytes and by a link",
    [
      user([
        { type: "image", source: png },
        { type: "image", source: { type: "url", url: "http://i" } },
      ]),
    ],
    [user([pngUrl, { type: "image_url", image_url: { url: "http://i" } }])],
  ],
  [
    "the other names for a user",
    [
      { role: "ctx", content: "a" },
      { role: "msg", content: "b" },
    ],
    [user("a"), user("b")],
  ],
  [
    "a document of text, with its title and context",
    [
      user([
        {
          type: "document",
          title: "T",
          context: "C",
          source: { type: "text", media_type: "text/plain", data: "D" },
          citations: { enabled: true },
        },
      ]),
    ],
    [user([words("T\n\nC"), words("D")])],
    ["messages.content.citations"],
  ],
  [
    "a document of blocks",
    [
      user([
        {
          type: "document",
          source: { type: "content", content: [words("a"), { type: "image", source: png }] },
        },
      ]),
    ],
    [user([words("a"), pngUrl])],
  ],
  [
    "a PDF, where files are taken",
    [user([{ type: "document", title: "T.pdf", source: pdf }, words("sum up")])],
    [
      user([
        {
          type: "file",
          file: { filename: "T.pdf", file_data: "data:application/pdf;base64,JVBE" },
        },
        words("sum up"),
      ]),
    ],
    [],
    "openai",
  ],
  [
    "a search result",
    [
      user([
        {
          type: "search_result",
          title: "T",
          source: "http://s",
          content: [words("a")],
          citations: { enabled: false },
        },
      ]),
    ],
    [user([words("T\nhttp://s"), words("a")])],
  ],
  [
    "an unknown block with a text, and one without",
    [
      user([
        { type: "memo", text: "a", mood: "b" },
        { type: "container_upload", file_id: "f" },
      ]),
    ],
    [user("a")],
    ["messages.content.mood", "messages.content.container_upload"],
  ],
  [
    "a call and its result",
    [hi, assistant([words("so"), use("c", "f", { b: 1, a: [2] })]), user([result("c", "done")])],
    [
      hi,
      { ...assistant("so"), tool_calls: called(["c", "f", '{"b":1,"a":[2]}']) },
      { role: "tool", tool_call_id: "c", content: "done" },
    ],
  ],
  [
    "results go before everything else, in the order of their calls; a failed one says so",
    [
      hi,
      assistant([use("c1", "f", {}), use("c2", "g", {})]),
      user([
        words("and?"),
        result("c2", [words("a"), words("b")], { is_error: true }),
        { type: "tool_result", tool_use_id: "c1" },
      ]),
    ],
    [
      hi,
      { ...assistant(""), tool_calls: called(["c1", "f", "{}"], ["c2", "g", "{}"]) },
      { role: "tool", tool_call_id: "c1", content: "" },
      { role: "tool", tool_call_id: "c2", content: "Error: a\nb" },
      user("and?"),
    ],
  ],
  [
    "images in results follow the whole run of them, and join what the user says",
    [
      hi,
      assistant([use("c1", "f", {}), use("c2", "g", {})]),
      user([
        result("c1", [words("a"), { type: "image", source: png }]),
        result("c2", "b"),
        words("and?"),
      ]),
    ],
    [
      hi,
      { ...assistant(""), tool_calls: called(["c1", "f", "{}"], ["c2", "g", "{}"]) },
      { role: "tool", tool_call_id: "c1", content: "a" },
      { role: "tool", tool_call_id: "c2", content: "b" },
      user([words("From the result of c1:"), pngUrl, words("and?")]),
    ],
  ],
  [
    "images in results at the end are the user's",
    [hi, assistant([use("c1", "f", {})]), user([result("c1", [{ type: "image", source: png }])])],
    [
      hi,
      { ...assistant(""), tool_calls: called(["c1", "f", "{}"]) },
      { role: "tool", tool_call_id: "c1", content: "" },
      user([words("From the result of c1:"), pngUrl]),
    ],
  ],
  [
    "words after a call go before it",
    [hi, assistant([words("a"), use("c", "f", {}), words("b")]), user([result("c", "d")])],
    [
      hi,
      { ...assistant("a\n\nb"), tool_calls: called(["c", "f", "{}"]) },
      { role: "tool", tool_call_id: "c", content: "d" },
    ],
    ["messages.content.order"],
  ],
  [
    "thinking is given back to servers that take it, signatures are not",
    [
      hi,
      assistant([
        { type: "thinking", thinking: "hm", signature: "s" },
        { type: "redacted_thinking", data: "x" },
        words("a"),
      ]),
      hi,
    ],
    [hi, { ...assistant("a"), reasoning_content: "hm" }, hi],
    ["messages.content.signature", "messages.content.redacted_thinking"],
  ],
  [
    "our own seals say nothing that the text does not",
    [
      hi,
      assistant([
        { type: "thinking", thinking: "hm", signature: unsigned(madeBy("openai-chat", "any")) },
        { type: "thinking", thinking: "", signature: unsigned(chatServer) },
        { type: "thinking", thinking: " so", signature: "sr1.rubbish" },
        words("a"),
      ]),
      hi,
    ],
    [hi, { ...assistant("a"), reasoning_content: "hm so" }, hi],
    [],
  ],
  [
    "thinking stays away from strict servers",
    [hi, assistant([{ type: "thinking", thinking: "hm", signature: "" }, words("a")]), hi],
    [hi, assistant("a"), hi],
    ["messages.content.thinking"],
    "groq",
  ],
  [
    "what only Anthropic's servers run, and marks for a cache, which are named once",
    [
      user([{ ...words("a"), ...cached }]),
      assistant([
        { type: "server_tool_use", id: "s", name: "web_search", input: {} },
        { type: "web_search_tool_result", tool_use_id: "s", content: [] },
        { ...words("b"), ...cached, citations: null },
      ]),
      user([words("c")]),
    ],
    [user("a"), assistant("b"), user("c")],
    [
      "cache_control",
      "messages.content.server_tool_use",
      "messages.content.web_search_tool_result",
    ],
  ],
];

describe("conversations", () => {
  test.each(conversations)("%s", (_, messages, expected, dropped = [], server = "open") => {
    const chat = asChat({ model: "x", messages }, server);
    expect(chat).toMatchObject({ path: "/v1/chat/completions", dropped });
    const { body } = chat as { readonly body: JsonRecord };
    expect(body["messages"]).toEqual(expected);
    expect(body["model"]).toBe("m");
  });
});

const loop = [hi, assistant([use("c", "f", {})])];
const loopChat = [hi, { ...assistant(""), tool_calls: called(["c", "f", "{}"]) }];
const toolSaid = (content: string) => ({ role: "tool", tool_call_id: "c", content });

/** System prompts and instructions within a conversation, for open servers and for OpenAI's. */
const instructions: readonly [
  what: string,
  request: JsonRecord,
  folded: readonly unknown[],
  kept?: readonly unknown[],
][] = [
  ["a text", { system: "be brief", messages: [hi] }, [system("be brief"), hi]],
  [
    "blocks, without what Claude Code says of itself",
    { system: [billing, words("a"), words("b")], messages: [hi] },
    [system("a\n\nb"), hi],
  ],
  [
    "at the start it joins the system prompt",
    { system: "a", messages: [system("b"), hi] },
    [system("a\n\nb"), hi],
    [system("a"), system("b"), hi],
  ],
  ["at the start it may be all", { messages: [system("b"), hi] }, [system("b"), hi]],
  [
    "after a user's message it joins that",
    { messages: [hi, system([words("b")]), assistant("a"), hi] },
    [user("hi\n\nb"), assistant("a"), hi],
    [hi, system("b"), assistant("a"), hi],
  ],
  [
    "after an image it is a part of its own",
    { messages: [user([{ type: "image", source: png }]), system("b")] },
    [user([pngUrl, words("b")])],
    [user([pngUrl]), system("b")],
  ],
  [
    "after the assistant's it goes before the user's",
    { messages: [hi, assistant("a"), system("b"), system("c"), hi] },
    [hi, assistant("a"), user("b\n\nc\n\nhi")],
    [hi, assistant("a"), system("b"), system("c"), hi],
  ],
  [
    "after the assistant's, at the end, it is the user's",
    { messages: [hi, assistant("a"), system("b")] },
    [hi, assistant("a"), user("b")],
    [hi, assistant("a"), system("b")],
  ],
  [
    "after results it joins the last, and makes no user's turn",
    { messages: [...loop, user([result("c", "d")]), system("b")] },
    [...loopChat, toolSaid("d\n\nb")],
    [...loopChat, toolSaid("d"), system("b")],
  ],
  [
    "it never stands between a call and its results",
    { messages: [...loop, system("b"), user([result("c", "d")]), assistant("a"), hi] },
    [...loopChat, toolSaid("d\n\nb"), assistant("a"), hi],
    [...loopChat, toolSaid("d"), system("b"), assistant("a"), hi],
  ],
];

describe("instructions", () => {
  test.each(instructions)("%s", (_, request, folded, kept = folded) => {
    const named = JSON.stringify(request).includes("x-anthropic-billing-header")
      ? ["system.x-anthropic-billing-header"]
      : [];
    for (const [server, expected] of [
      ["open", folded],
      ["openai", kept],
    ] as const)
      expect(asChat(request, server)).toMatchObject({
        body: { messages: expected },
        dropped: named,
      });
  });
});

const schema = { type: "object", properties: { a: { type: "string" } } };
const tool = (name: string, more: JsonRecord = {}) => ({ name, input_schema: schema, ...more });
const func = (name: string, more: JsonRecord = {}) => ({
  type: "function",
  function: { name, parameters: schema, ...more },
});
const long = `mcp__${"a".repeat(60)}`;
const short = `mcp__${"a".repeat(50)}_24484dbd`;

/** Everything beside the messages: what is asked, what a server gets, what is dropped. */
const settings: readonly [
  what: string,
  asked: JsonRecord,
  sent: JsonRecord,
  dropped?: readonly string[],
  server?: ServerName,
][] = [
  ["nothing said of thinking turns it off", {}, off],
  ["but strict servers have no switch for it", {}, {}, [], "groq"],
  [
    "samplers",
    { max_tokens: 9, temperature: 0.5, top_p: 1.0, top_k: 40, stop_sequences: ["a", "b"] },
    { max_tokens: 9, temperature: 0.5, top_p: 1, top_k: 40, stop: ["a", "b"], ...off },
  ],
  [
    "samplers of OpenAI's",
    { max_tokens: 9, top_k: 40, stop_sequences: ["a", "b", "c", "d", "e"] },
    { max_completion_tokens: 9, stop: ["a", "b", "c", "d"] },
    ["top_k", "stop_sequences"],
    "openai",
  ],
  [
    "a stream asks for its usage",
    { stream: true },
    { stream: true, stream_options: { include_usage: true }, ...off },
  ],
  [
    "a budget is an effort",
    { thinking: { type: "enabled", budget_tokens: 4_096 } },
    {
      reasoning_effort: "low",
      chat_template_kwargs: { enable_thinking: true, thinking: true, reasoning_effort: "low" },
    },
  ],
  [
    "a larger one is more",
    { thinking: { type: "enabled", budget_tokens: 16_000 } },
    { reasoning_effort: "medium" },
    [],
    "openai",
  ],
  [
    "a large one is much",
    { thinking: { type: "enabled", budget_tokens: 31_999 } },
    { reasoning_effort: "high" },
    [],
    "openai",
  ],
  [
    "the model may choose",
    { thinking: { type: "adaptive", display: "omitted" } },
    { chat_template_kwargs: { enable_thinking: true, thinking: true } },
  ],
  [
    "an effort goes with it",
    { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
    {
      reasoning_effort: "high",
      chat_template_kwargs: { enable_thinking: true, thinking: true, reasoning_effort: "high" },
    },
  ],
  [
    "an effort alone",
    { output_config: { effort: "low" } },
    { reasoning_effort: "low" },
    [],
    "openai",
  ],
  ["thinking off", { thinking: { type: "disabled" } }, off],
  [
    "what a strict server cannot be told",
    { thinking: { type: "adaptive" } },
    {},
    ["thinking"],
    "groq",
  ],
  [
    "a schema",
    {
      output_config: {
        format: { type: "json_schema", schema },
        task_budget: { type: "tokens", total: 9 },
      },
    },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "response", strict: true, schema },
      },
      ...off,
    },
    ["output_config.task_budget"],
  ],
  [
    "the same by its former name",
    { output_format: { type: "json_schema", schema } },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "response", strict: true, schema },
      },
    },
    [],
    "groq",
  ],
  ["whom it is for", { metadata: { user_id: "u" } }, { user: "u" }, [], "openai"],
  [
    "whom it is for, too long",
    { metadata: { user_id: "u".repeat(65) } },
    {},
    ["metadata.user_id"],
    "openai",
  ],
  ["whom it is for, where nobody asks", { metadata: { user_id: "u" } }, off, ["metadata.user_id"]],
  [
    "what asks for nothing",
    { metadata: {}, service_tier: "auto", tools: [], stop_sequences: [], tool_choice: null },
    off,
  ],
  [
    "what no chat has",
    {
      context_management: { edits: [] },
      container: "c",
      mcp_servers: [{ type: "url" }],
      service_tier: "standard_only",
      speed: "fast",
      inference_geo: "us",
      cache_control: { type: "ephemeral" },
    },
    off,
    [
      "cache_control",
      "context_management",
      "container",
      "mcp_servers",
      "service_tier",
      "speed",
      "inference_geo",
    ],
  ],
  [
    "tools",
    {
      tools: [
        tool("f", {
          description: "d",
          strict: true,
          ...cached,
          type: "custom",
          eager_input_streaming: false,
        }),
        {
          name: "g",
          input_schema: { properties: {} },
          input_examples: [{}],
          allowed_callers: ["direct"],
        },
      ],
    },
    {
      tools: [
        func("f", { description: "d", strict: true }),
        func("g", { parameters: { type: "object", properties: {} } }),
      ],
      ...off,
    },
    ["cache_control", "tools.input_examples"],
  ],
  [
    "tools that servers run are dropped by their type, and wishes for them with them",
    { tools: [{ type: "web_search_20250305", name: "web_search" }], tool_choice: { type: "auto" } },
    off,
    ["tools.web_search_20250305"],
  ],
  [
    "names that OpenAI refuses",
    { tools: [tool(long), tool("a.b"), tool("ok")], tool_choice: { type: "tool", name: long } },
    {
      tools: [func(short), func("a_b_108bf50c"), func("ok")],
      tool_choice: { type: "function", function: { name: short } },
      ...off,
    },
  ],
  [
    "any tool, one at a time",
    { tools: [tool("f")], tool_choice: { type: "any", disable_parallel_tool_use: true } },
    { tools: [func("f")], tool_choice: "required", parallel_tool_calls: false, ...off },
  ],
  [
    "no tool",
    { tools: [tool("f")], tool_choice: { type: "none" } },
    { tools: [func("f")], tool_choice: "none", ...off },
  ],
  [
    "as the model likes",
    { tools: [tool("f")], tool_choice: { type: "auto" } },
    { tools: [func("f")], tool_choice: "auto", ...off },
  ],
  [
    "tools that wait to be found stay out until they are",
    { tools: [tool("f", { defer_loading: true }), tool("g")] },
    { tools: [func("g")], ...off },
    ["tools.defer_loading"],
  ],
];

describe("settings", () => {
  test.each(settings)("%s", (_, asked, sent, dropped = [], server = "open") => {
    const chat = asChat({ model: "x", messages: [hi], ...asked }, server);
    expect(chat).toMatchObject({ dropped });
    const { body } = chat as { readonly body: JsonRecord };
    expect(body).toEqual({ model: "m", messages: [hi], stream: false, ...sent });
  });

  test("a tool that was found is sent", () => {
    const found = result("c", [{ type: "tool_reference", tool_name: "f" }]);
    const tools = [tool("f", { defer_loading: true })];
    const chat = asChat({ messages: [...loop, user([found])], tools });
    expect(chat).toMatchObject({ body: { tools: [func("f")] }, dropped: [] });
    expect(JSON.stringify(chat)).toContain("The tool f can be called");
  });

  test("a tool that an instruction within the conversation brings in is sent", () => {
    const added = { type: "tool_addition", tool: { type: "tool_reference", name: "f" } };
    const gone = { type: "tool_removal", tool: { type: "tool_reference", name: "g" } };
    const tools = [tool("f", { defer_loading: true }), tool("g")];
    const chat = asChat({ messages: [hi, { role: "system", content: [added, gone] }], tools });
    expect(chat).toMatchObject({ body: { tools: [func("f"), func("g")] }, dropped: [] });
    expect(JSON.stringify(chat)).toContain("The tool f can be called");
    expect(JSON.stringify(chat)).toContain("The tool g can no longer be called");
  });

  test("so is one that is defined there", () => {
    const defined = { type: "tool_definition", definition: tool("f") };
    const messages = [hi, { role: "system", content: [{ type: "tool_addition", tool: defined }] }];
    const chat = asChat({ messages });
    expect(chat).toMatchObject({ body: { tools: [func("f")] }, dropped: [] });
    expect(JSON.stringify(chat)).toContain("The tool f can be called");
  });

  test("a set of tools that Anthropic's servers fetch is named", () => {
    const toolset = { type: "mcp_toolset_reference", server_name: "s" };
    const messages = [hi, { role: "system", content: [{ type: "tool_addition", tool: toolset }] }];
    expect(asChat({ messages })).toMatchObject({ dropped: ["messages.content.tool_addition"] });
  });

  test("an instruction within the conversation may say nothing but how to answer", () => {
    const messages = [hi, { role: "system", output_config: { effort: "low" } }];
    expect(asChat({ messages })).toMatchObject({
      body: { messages: [hi] },
      dropped: ["messages.output_config"],
    });
  });

  test("calls in the conversation go by the name that the server knows", () => {
    const messages = [hi, assistant([use("c", long, {})]), user([result("c", "d")])];
    const chat = asChat({ messages, tools: [tool(long)] });
    expect((chat as { readonly renamed: unknown }).renamed).toEqual(new Map([[short, long]]));
    expect(JSON.stringify(chat)).toContain(`"name":"${short}","arguments"`);
  });

  test.each([
    ["bash_20250124", "bash", ["command", "restart"]],
    ["text_editor_20250728", "str_replace_based_edit_tool", ["insert_line", "insert_text"]],
    ["text_editor_20250124", "str_replace_editor", ["file_text", "view_range"]],
    ["memory_20250818", "memory", ["old_path", "new_path"]],
    ["computer_20250124", "computer", ["action", "coordinate"]],
  ])("%s is run by the client, and gets its schema", (type, name, keys) => {
    const chat = asChat({ messages: [hi], tools: [{ type, name }] });
    expect(chat).toMatchObject({ dropped: [], body: { tools: [{ function: { name } }] } });
    const described = Object.fromEntries(keys.map((key) => [key, expect.anything()]));
    expect(chat).toMatchObject({
      body: { tools: [{ function: { parameters: { properties: described } } }] },
    });
  });
});

describe("a prefilled answer", () => {
  const messages = [hi, assistant("{")];
  test.each<[ServerName, unknown]>([
    [
      "open",
      {
        messages,
        add_generation_prompt: false,
        continue_final_message: true,
        stream: false,
        model: "m",
        ...off,
      },
    ],
    ["groq", { messages, stream: false, model: "m" }],
    ["mistral", { messages: [hi, { ...assistant("{"), prefix: true }], stream: false, model: "m" }],
  ])("%s", (server, body) => {
    expect(asChat({ messages }, server)).toMatchObject({ dropped: [] });
    expect((asChat({ messages }, server) as { readonly body: unknown }).body).toEqual(body);
  });
});

test.each<[string, JsonRecord, ServerName]>([
  ["messages.assistant", { messages: [hi, assistant("{")] }, "openai"],
  ["messages.content.document", { messages: [user([{ type: "document", source: pdf }])] }, "open"],
  [
    "messages.content.document",
    { messages: [user([{ type: "document", source: { type: "url", url: "http://p" } }])] },
    "openai",
  ],
  [
    "messages.content.source.file_id",
    { messages: [user([{ type: "image", source: { type: "file", file_id: "f" } }])] },
    "openai",
  ],
  [
    "tool_choice",
    {
      messages: [hi],
      tools: [{ type: "web_search_20250305", name: "web_search" }, tool("f")],
      tool_choice: { type: "tool", name: "web_search" },
    },
    "open",
  ],
])("%s is nothing to leave out", (field, request, server) => {
  expect(asChat(request, server)).toBe(`cannot: ${field}`);
});

test.each<[string, JsonRecord]>([
  ["messages must be a list with at least one message", {}],
  ["messages must be a list with at least one message", { messages: [] }],
  ["messages[0] must be an object", { messages: ["hi"] }],
  ['messages[0].role must be "user" or "assistant"', { messages: [{ role: "tool", content: "" }] }],
  ["messages[0].content must be a text or a list of blocks", { messages: [user(null)] }],
  ["messages[0].content[1] must be a block with a type", { messages: [user([words("a"), "b"])] }],
  ["messages[0].content[0].text must be a text", { messages: [user([{ type: "text" }])] }],
  [
    'messages[0].content[0].source.type must be "base64", "url" or "file"',
    { messages: [user([{ type: "image" }])] },
  ],
  [
    "messages[0].content[0].tool_use_id must be a text",
    { messages: [user([{ type: "tool_result" }])] },
  ],
  [
    "messages[0].content[0].id must be a text",
    { messages: [assistant([{ type: "tool_use", name: "f", input: {} }])] },
  ],
  [
    "messages[0].content[0].input must be an object",
    { messages: [assistant([{ ...use("c", "f", {}), input: "x" }])] },
  ],
  ["system must be a text or a list of blocks", { messages: [hi], system: 1 }],
  ["tools must be a list of objects", { messages: [hi], tools: { f: {} } }],
  ["tools[0].name must be a text", { messages: [hi], tools: [{ input_schema: {} }] }],
  ["tools[0].input_schema must be an object", { messages: [hi], tools: [{ name: "f" }] }],
  [
    'tool_choice.type must be "auto", "any", "tool" or "none"',
    { messages: [hi], tools: [tool("f")], tool_choice: "auto" },
  ],
  ["max_tokens must be a number", { messages: [hi], max_tokens: "9" }],
  ["stop_sequences must be a list of texts", { messages: [hi], stop_sequences: "a" }],
  ["thinking must be an object", { messages: [hi], thinking: true }],
  ["stream must be true or false", { messages: [hi], stream: "yes" }],
  [
    'output_config.format must be of type "json_schema", with a schema',
    { messages: [hi], output_config: { format: { type: "json" } } },
  ],
])("refused: %s", (problem, request) => {
  expect(asChat(request)).toBe(problem);
});

test("numbers and keys of a schema and of a call's input stay as they were written", () => {
  const chat = asChat({ messages: [...loop, user([result("c", "d")])], tools: [tool("f")] });
  expect(JSON.stringify(chat)).toContain(JSON.stringify(schema));
});
