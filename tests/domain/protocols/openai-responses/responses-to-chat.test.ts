// Calls to Responses carried to servers of chats, and their answers back.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { sealText } from "../../../../src/domain/protocols/neutral/seal.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { anyChatStream } from "../anthropic-messages/any-chat-stream.ts";

const path = "/v1/responses";
const toChat = (request: JsonRecord) =>
  translatedCall(path, { model: "m", ...request }, "openai-chat");
const user = (content: unknown) => ({ role: "user", content });

describe("input", () => {
  const call = (id: string, more: JsonRecord = {}) => ({
    type: "function_call",
    id: `fc_${id}`,
    call_id: id,
    name: "read",
    arguments: '{"n":1.0}',
    status: "completed",
    ...more,
  });
  const output = (id: string, said: unknown = "ok") => ({
    type: "function_call_output",
    call_id: id,
    output: said,
  });
  const text = (words: string) => ({
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: words, annotations: [] }],
  });
  const called = (...ids: readonly string[]) => ({
    role: "assistant",
    content: "",
    tool_calls: ids.map((id) => ({
      id,
      type: "function",
      function: { name: "read", arguments: '{"n":1.0}' },
    })),
  });
  const tool = (id: string, content = "ok") => ({ role: "tool", tool_call_id: id, content });

  test.each<[string, unknown, unknown[], string[]?]>([
    ["a text", "hi", [user("hi")]],
    [
      "messages",
      [user("hi"), text("hello"), user([{ type: "input_text", text: "go" }])],
      [user("hi"), { role: "assistant", content: "hello" }, user("go")],
    ],
    [
      "parallel calls are one message",
      [user("a"), call("1"), call("2"), output("1"), output("2")],
      [user("a"), called("1", "2"), tool("1"), tool("2")],
    ],
    [
      "calls after results are another",
      [call("1"), output("1"), call("2"), output("2")],
      [called("1"), tool("1"), called("2"), tool("2")],
    ],
    [
      "what was said before a call goes with it",
      [text("let me see"), call("1"), output("1")],
      [{ ...called("1"), content: "let me see" }, tool("1")],
    ],
    [
      "what stands between a call and its result follows it",
      [call("1"), user("wait"), text("hm"), output("1"), user("now")],
      [called("1"), tool("1"), user("wait"), { role: "assistant", content: "hm" }, user("now")],
    ],
    [
      "a second text is a message of its own",
      [text("one"), text("two")],
      [
        { role: "assistant", content: "one" },
        { role: "assistant", content: "two" },
      ],
    ],
    [
      "a call that nobody answers stands alone",
      [call("1"), user("stop")],
      [called("1"), user("stop")],
    ],
    [
      "a picture in a result is seen",
      [
        call("1"),
        output("1", [
          { type: "input_text", text: "see" },
          { type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" },
        ]),
      ],
      [
        called("1"),
        tool("1", "see"),
        user([
          expect.objectContaining({ type: "text" }),
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
        ]),
      ],
    ],
    [
      "reasoning goes back to servers that want it",
      [
        {
          type: "reasoning",
          id: "rs_1",
          summary: [],
          content: [{ type: "reasoning_text", text: "hm" }],
        },
        call("1"),
        output("1"),
      ],
      [{ ...called("1"), reasoning_content: "hm" }, tool("1")],
    ],
    [
      "reasoning that another sealed is named",
      [
        user("a"),
        { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" },
        text("b"),
      ],
      [user("a"), { role: "assistant", content: "b" }],
      ["input.reasoning", "input.encrypted_content"],
    ],
    [
      "what OpenAI's own tools did is named",
      [
        user("a"),
        { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search" } },
      ],
      [user("a")],
      ["input.web_search_call"],
    ],
    [
      "a custom call goes as a function's",
      [
        {
          type: "custom_tool_call",
          id: "ctc_1",
          call_id: "1",
          name: "apply_patch",
          input: 'a "b"\n',
        },
        { type: "custom_tool_call_output", call_id: "1", output: "done" },
      ],
      [
        {
          role: "assistant",
          content: "",
          tool_calls: [
            {
              id: "1",
              type: "function",
              function: { name: "apply_patch", arguments: String.raw`{"input":"a \"b\"\n"}` },
            },
          ],
        },
        tool("1", "done"),
      ],
    ],
    [
      "later instructions join what the user said before",
      [user("a"), { role: "developer", content: "be brief" }, user("b")],
      [user("a\n\nbe brief"), user("b")],
    ],
  ])("%s", (_what, input, messages, dropped = []) => {
    const { sent, dropped: named } = toChat({ input });
    expect(sent?.["messages"]).toEqual(messages);
    expect(named.toSorted()).toEqual(dropped.toSorted());
  });

  test("instructions and all that leads are one system message", () => {
    const input = [
      { role: "developer", content: "two" },
      { role: "system", content: "three" },
      user("a"),
    ];
    expect(toChat({ instructions: "one", input }).sent?.["messages"]).toEqual([
      { role: "system", content: "one\n\ntwo\n\nthree" },
      user("a"),
    ]);
  });

  test.each<[string, JsonRecord]>([
    ["input must be a text or a list of items", { input: 7 }],
    ["input[0] must be an object", { input: ["hi"] }],
    ["input[0].role must be user, assistant, system or developer", { input: [{ content: "a" }] }],
    ["input[0].call_id must be a text", { input: [{ type: "function_call", name: "a" }] }],
    ["input[0].name must be a text", { input: [{ type: "function_call", call_id: "a" }] }],
    ["tools[0] must be an object", { input: "a", tools: ["read"] }],
    [
      "previous_response_id: what it stands for is not known here",
      { input: "a", previous_response_id: "resp_1" },
    ],
    [
      "input[0]: item with id 'msg_1' not found",
      { input: [{ type: "item_reference", id: "msg_1" }] },
    ],
    [
      "background: answers are not made in the background: leave it out, or set it to false",
      { input: "a", background: true },
    ],
  ])("refuses: %s", (message, request) => {
    expect(toChat(request).instead).toMatchObject({ error: { message } });
  });

  test("what cannot be left out is what a server cannot serve", () => {
    const audio = user([{ type: "input_audio", input_audio: {} }]);
    expect(toChat({ input: [audio] }).cannot).toBe("input.content.input_audio");
    const stored = user([{ type: "input_image", file_id: "file_1" }]);
    expect(toChat({ input: [stored] }).cannot).toBe("input.content.file_id");
  });
});

describe("settings", () => {
  test.each<[JsonRecord, JsonRecord, string[]?]>([
    [
      { max_output_tokens: 20, temperature: 0.5, top_p: 0.9 },
      { max_tokens: 20, temperature: 0.5, top_p: 0.9 },
    ],
    [{ reasoning: { effort: "high", summary: "auto" } }, { reasoning_effort: "high" }],
    [
      { reasoning: { effort: "none" } },
      { chat_template_kwargs: { enable_thinking: false, thinking: false } },
    ],
    [
      {
        text: {
          format: { type: "json_schema", name: "a", schema: { type: "object" }, strict: true },
        },
      },
      {
        response_format: {
          type: "json_schema",
          json_schema: { schema: { type: "object" }, strict: true },
        },
      },
    ],
    [{ text: { format: { type: "json_schema" } } }, { response_format: { type: "json_object" } }],
    [
      { text: { format: { type: "json_object" }, verbosity: "low" } },
      { response_format: { type: "json_object" } },
      ["text.verbosity"],
    ],
    [
      { include: ["message.output_text.logprobs"], top_logprobs: 3 },
      { logprobs: true, top_logprobs: 3 },
    ],
    [{ include: ["file_search_call.results"] }, {}, ["include.file_search_call.results"]],
    [
      {
        store: true,
        metadata: { a: "b" },
        prompt_cache_key: "k",
        max_tool_calls: 3,
        client_metadata: { a: 1 },
      },
      {},
      ["metadata", "prompt_cache_key", "max_tool_calls", "client_metadata"],
    ],
    [{ store: false, truncation: "auto", service_tier: "auto", background: false }, {}],
  ])("%j", (request, sent, dropped = []) => {
    const got = toChat({ input: "a", ...request });
    expect(got.sent).toMatchObject(sent);
    expect(got.dropped.toSorted()).toEqual(dropped.toSorted());
  });
});

test("OpenAI's chat gets the settings that it shares with Responses", () => {
  const shared = { metadata: { a: "b" }, service_tier: "flex", prompt_cache_key: "k" };
  const request = { model: "m", input: "a", ...shared, text: { verbosity: "low" } };
  const openAi = { baseUrl: "https://api.openai.com/v1" };
  const { sent, dropped } = translatedCall(path, request, "openai-chat", {}, openAi);
  expect(sent).toMatchObject({ ...shared, verbosity: "low" });
  expect(dropped).toEqual([]);
});

describe("tools", () => {
  const read = { type: "function", name: "read", parameters: { type: "object" }, strict: false };
  const sentTools = (request: JsonRecord) => {
    const { sent, dropped } = toChat({ input: "a", ...request });
    const tools = (sent?.["tools"] ?? []) as readonly { function: JsonRecord }[];
    return { tools: tools.map((tool) => tool.function), choice: sent?.["tool_choice"], dropped };
  };

  test("functions, custom tools and those of a namespace are functions; the server's own are named", () => {
    const { tools, dropped } = sentTools({
      tools: [
        read,
        {
          type: "custom",
          name: "apply_patch",
          description: "Edits files.",
          format: { type: "grammar", syntax: "lark", definition: "start: /.+/" },
        },
        { type: "namespace", name: "mail", description: "d", tools: [{ ...read, name: "send" }] },
        { type: "web_search" },
      ],
    });
    expect(tools).toEqual([
      { name: "read", parameters: { type: "object" }, strict: false },
      {
        name: "apply_patch",
        description: "Edits files.\n\nThe input must follow this lark grammar:\nstart: /.+/",
        parameters: {
          type: "object",
          properties: { input: { type: "string" } },
          required: ["input"],
        },
      },
      { name: "mail__send", parameters: { type: "object" }, strict: false },
    ]);
    expect(dropped).toEqual(["tools.namespace.description", "tools.web_search"]);
  });

  test("tools that the conversation brings are tools", () => {
    const input = [
      user("a"),
      { type: "additional_tools", tools: [read] },
      { type: "tool_search_call", call_id: "1", arguments: { query: "x" }, execution: "client" },
      { type: "tool_search_output", call_id: "1", tools: [{ ...read, name: "found" }] },
    ];
    expect(sentTools({ input }).tools.map(({ name }) => name)).toEqual(["read", "found"]);
  });

  test("what a server searched by itself is named, and its tools are tools", () => {
    const input = [
      user("a"),
      { type: "tool_search_call", call_id: null, arguments: {}, execution: "server" },
      { type: "tool_search_output", call_id: null, tools: [read], execution: "server" },
    ];
    const { tools, dropped } = sentTools({ input });
    expect(tools.map(({ name }) => name)).toEqual(["read"]);
    expect(dropped).toEqual(["input.tool_search_call", "input.tool_search_output"]);
  });

  test.each<[unknown, unknown, readonly string[]]>([
    ["required", "required", ["read", "send"]],
    [
      { type: "function", name: "read" },
      { type: "function", function: { name: "read" } },
      ["read", "send"],
    ],
    [
      { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "send" }] },
      "required",
      ["send"],
    ],
  ])("choice %j", (tool_choice, sent, names) => {
    const { tools, choice } = sentTools({ tools: [read, { ...read, name: "send" }], tool_choice });
    expect(choice).toEqual(sent);
    expect(tools.map(({ name }) => name as string)).toEqual([...names]);
  });
});

const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };
const whole = (message: JsonRecord, finish_reason = "stop") => ({
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }],
  usage,
});
const chunk = (delta: JsonRecord, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const counted = `data: ${JSON.stringify({ choices: [], usage })}\n\n`;
const done = "data: [DONE]\n\n";

describe("answers", () => {
  const custom = [
    { type: "custom", name: "apply_patch" },
    { type: "namespace", name: "mail", tools: [{ type: "function", name: "send" }] },
  ];
  const sealed = { include: ["reasoning.encrypted_content"] };

  test("a whole answer has every item and every field", () => {
    const answer = toChat({ input: "a", tools: custom, ...sealed }).whole(
      whole(
        {
          reasoning_content: "hm",
          content: "Let me.",
          tool_calls: [
            {
              id: "1",
              type: "function",
              function: { name: "apply_patch", arguments: '{"input":"x\\n"}' },
            },
            { id: "2", type: "function", function: { name: "mail__send", arguments: '{"n":1.0}' } },
          ],
        },
        "tool_calls",
      ),
    );
    expect(answer).toMatchObject({
      id: "resp_0199call",
      object: "response",
      status: "completed",
      model: "claude",
      store: true,
      output: [
        {
          type: "reasoning",
          summary: [],
          content: [{ type: "reasoning_text", text: "hm" }],
          encrypted_content: expect.stringMatching(/^sr1\./),
        },
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "Let me.", annotations: [] }],
        },
        {
          type: "custom_tool_call",
          call_id: "1",
          name: "apply_patch",
          input: "x\n",
          status: "completed",
        },
        {
          type: "function_call",
          call_id: "2",
          name: "send",
          namespace: "mail",
          arguments: '{"n":1.0}',
          status: "completed",
        },
      ],
      usage: { input_tokens: 9, output_tokens: 5, total_tokens: 14 },
    });
  });

  test("what was asked for is said again", () => {
    const request = {
      input: "a",
      instructions: "brief",
      temperature: 0.5,
      max_output_tokens: 20,
      tools: [{ type: "function", name: "read" }],
      tool_choice: "auto",
      metadata: { a: "b" },
      reasoning: { effort: "low" },
    };
    expect(toChat(request).whole(whole({ content: "hi" }))).toMatchObject({
      instructions: "brief",
      temperature: 0.5,
      max_output_tokens: 20,
      tools: [
        { type: "function", name: "read", description: null, parameters: null, strict: null },
      ],
      metadata: { a: "b" },
      reasoning: { effort: "low", summary: null },
      text: { format: { type: "text" }, verbosity: "medium" },
    });
  });

  test.each([
    ["length", "max_output_tokens"],
    ["content_filter", "content_filter"],
  ])("%s is incomplete", (finish, reason) => {
    const answer = toChat({ input: "a" }).whole(whole({ content: "hi" }, finish));
    expect(answer).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason },
      output: [{ status: "incomplete" }],
    });
  });

  test("a stream holds to the grammar, and its last snapshot is the whole answer", () => {
    const call = toChat({ input: "a", stream: true, tools: custom, ...sealed });
    const stream = call.stream(
      [
        chunk({ role: "assistant", content: "" }),
        chunk({ reasoning_content: "h" }),
        chunk({ reasoning_content: "m" }),
        chunk({ content: "Let " }),
        chunk({ content: "me." }),
        chunk({
          tool_calls: [
            { index: 0, id: "1", function: { name: "apply_patch", arguments: '{"inp' } },
          ],
        }),
        chunk({
          tool_calls: [{ index: 1, id: "2", function: { name: "mail__send", arguments: "" } }],
        }),
        chunk({
          tool_calls: [
            { index: 0, function: { arguments: 'ut":"x\\' } },
            { index: 1, function: { arguments: '{"n":1.0}' } },
          ],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: 'n"}' } }] }),
        chunk({}, "tool_calls"),
        counted,
        done,
      ].join(""),
    );
    const { response, state } = readResponseStream(stream);
    expect(state).toBe("completed");
    expect(stream).toEndWith("data: [DONE]\n\n");
    expect(response).toMatchObject({
      output: [
        { type: "reasoning", content: [{ text: "hm" }] },
        { type: "message", content: [{ text: "Let me." }] },
        { type: "custom_tool_call", input: "x\n" },
        { type: "function_call", name: "send", namespace: "mail", arguments: '{"n":1.0}' },
      ],
      usage: { input_tokens: 9, output_tokens: 5, total_tokens: 14 },
    });
    expect(stream).toContain("response.custom_tool_call_input.delta");
  });

  test("a refusal is one, whole and streamed", () => {
    const refused = [
      {
        type: "message",
        status: "completed",
        content: [{ type: "refusal", refusal: "I will not." }],
      },
    ];
    const answer = toChat({ input: "a" }).whole(whole({ content: null, refusal: "I will not." }));
    expect(answer).toMatchObject({ status: "completed", output: refused });
    const stream = toChat({ input: "a", stream: true }).stream(
      chunk({ refusal: "I will " }) + chunk({ refusal: "not." }) + chunk({}, "stop") + done,
    );
    expect(readResponseStream(stream).response["output"]).toMatchObject(refused);
    for (const event of ["response.refusal.delta", "response.refusal.done"])
      expect(stream).toContain(event);
  });

  test("reasoning is a summary where one was asked for", () => {
    const call = toChat({ input: "a", stream: true, reasoning: { summary: "auto" } });
    const stream = call.stream(
      chunk({ reasoning_content: "hm" }) + chunk({ content: "a" }) + chunk({}, "stop") + done,
    );
    expect(readResponseStream(stream).response["output"]).toMatchObject([
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
      { type: "message" },
    ]);
    expect(stream).toContain("response.reasoning_summary_text.delta");
  });

  test("an error in the stream is error, response.failed, and nothing more", () => {
    const call = toChat({ input: "a", stream: true });
    const stream = call.stream(
      `${chunk({ content: "ha" })}data: {"error":{"message":"out of memory"}}\n\n`,
    );
    const { state, error, response } = readResponseStream(stream);
    expect(state).toBe("failed");
    expect(error).toMatchObject({ message: "out of memory", code: "server_error" });
    expect(response).toMatchObject({ status: "failed", output: [{ content: [{ text: "ha" }] }] });
  });

  test("cut anywhere, a stream never ends as if it were whole", () => {
    const said = [
      chunk({ content: "ha" }),
      chunk({ content: "ha" }),
      chunk({}, "stop"),
      counted,
      done,
    ].join("");
    for (let length = 1; length < said.length; length += 7) {
      const stream = toChat({ input: "a", stream: true }).stream(said.slice(0, length), [], false);
      const { state } = readResponseStream(stream);
      expect(state).toBe("open");
    }
  });

  test("usage is estimated where the server gives none", () => {
    const answer = toChat({ input: "a" }).whole({
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "x".repeat(40) },
          finish_reason: "stop",
        },
      ],
    });
    expect(answer["usage"]).toMatchObject({ output_tokens: 10 });
  });

  test("any stream of a chat's is one of the grammar, and equals the whole answer", () => {
    fc.assert(
      fc.property(anyChatStream, ({ events, text, thinking, calls }) => {
        const said = events
          .map((event) => `data: ${event === "[DONE]" ? event : JSON.stringify(event)}\n\n`)
          .join("");
        const { response, state } = readResponseStream(
          toChat({ input: "a", stream: true }).stream(said),
        );
        if (state === "open") return;
        const output = response["output"] as readonly JsonRecord[];
        const textsOf = (type: string) =>
          output
            .filter((item) => item["type"] === type)
            .flatMap((item) => item["content"] as readonly { text: string }[])
            .map((part) => part.text)
            .join("");
        expect(textsOf("message")).toBe(text);
        expect(textsOf("reasoning")).toBe(thinking);
        const called = output.filter((item) => item["type"] === "function_call");
        expect(called.map((item) => item["name"])).toEqual(
          expect.arrayContaining(calls.map(({ name }) => name)),
        );
      }),
      { numRuns: 200 },
    );
  });
});

test("what this server sealed goes back to it alone, and its text does", () => {
  const seal = sealText({
    maker: { server: "s", protocol: "openai-chat" },
    kind: "text",
    data: "",
  });
  const input = [
    user("a"),
    { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: seal },
    { role: "assistant", content: "b" },
    user("c"),
  ];
  const { sent, dropped } = toChat({ input });
  expect(JSON.stringify(sent)).toContain('"reasoning_content":"hm"');
  expect(JSON.stringify(sent)).not.toContain("sr1.");
  expect(dropped).toEqual([]);
});

test("citations of Anthropic's are annotations", () => {
  const call = translatedCall(path, { model: "m", input: "a" }, "anthropic-messages");
  const citation = {
    type: "web_search_result_location",
    url: "http://a",
    title: "A",
    cited_text: "x",
  };
  const answer = call.whole({
    id: "msg_1",
    type: "message",
    role: "assistant",
    content: [{ type: "text", text: "So it is.", citations: [citation] }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1 },
  });
  expect(answer["output"]).toMatchObject([
    {
      content: [
        {
          annotations: [
            { type: "url_citation", url: "http://a", title: "A", start_index: 0, end_index: 9 },
          ],
        },
      ],
    },
  ]);
});
