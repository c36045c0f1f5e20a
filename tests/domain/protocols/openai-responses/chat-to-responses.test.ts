// Chats before servers that speak Responses only, row by row: what is asked, and what becomes of the answers.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { bridgeDeps } from "../../../lab/bridge-deps.ts";
import { readChatStream } from "../../../lab/chat-stream.ts";
import {
  responseEvents,
  type ResponsesAnswer,
  responseStream,
  wholeResponseOf,
} from "../../../lab/responses-answer.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesRefusal } from "../../../lab/responses-refusal.ts";
import { translatedCall } from "../../../lab/translated-call.ts";

const path = "/v1/chat/completions";
const hi = { role: "user", content: "hi" };
const openAi = { baseUrl: "https://api.openai.com/v1" };

function asked(request: JsonRecord, server = {}) {
  const call = translatedCall(path, { messages: [hi], ...request }, "openai-responses", {}, server);
  if (call.sent === null) throw new Error(`${call.cannot} ${JSON.stringify(call.instead)}`);
  expect(responsesRefusal(call.sent)).toBeNull();
  return { ...call, sent: call.sent };
}

const item = (role: string, content: unknown) => ({ type: "message", role, content });
const words = (text: string, more: JsonRecord = {}) => ({
  type: "message",
  content: [{ type: "output_text", text, ...more }],
});
const schema = { type: "object", properties: { a: { type: "number" } } };

test("the lab's streams are streams of Responses", () => {
  const output = [
    { type: "reasoning", summary: [{ type: "summary_text", text: "hmm hmm" }] },
    words("hello there"),
    { type: "function_call", call_id: "call_1", name: "f", arguments: '{"a":1}' },
    { type: "custom_tool_call", call_id: "call_2", name: "g", input: "*** x" },
  ];
  const { response, state } = readResponseStream(responseStream(responseEvents({ output })));
  expect(state).toBe("completed");
  expect(response).toEqual(wholeResponseOf({ output }));
});

test("the least request", () => {
  const { sent, dropped, path: to } = asked({});
  expect(to).toBe("/v1/responses");
  expect(sent).toEqual({
    model: "claude",
    input: [item("user", "hi")],
    include: ["reasoning.encrypted_content"],
    stream: false,
    store: false,
  });
  expect(dropped).toEqual([]);
});

describe("messages", () => {
  const input = (...messages: readonly JsonRecord[]) => asked({ messages }).sent["input"];

  test("stay in their places, with their roles", () => {
    const messages = [
      { role: "system", content: "be brief" },
      {
        role: "developer",
        content: [
          { type: "text", text: "be" },
          { type: "text", text: "kind" },
        ],
      },
      hi,
      { role: "assistant", content: "hello" },
      { role: "system", content: "now shout" },
    ];
    expect(input(...messages)).toEqual([
      item("system", "be brief"),
      item("developer", "be\n\nkind"),
      item("user", "hi"),
      item("assistant", "hello"),
      item("system", "now shout"),
    ]);
  });

  test("hold pictures and files", () => {
    const url = "data:image/png;base64,AAAA";
    const data = "data:application/pdf;base64,JVBERg==";
    const content = [
      { type: "text", text: "see" },
      { type: "image_url", image_url: { url, detail: "low" } },
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      { type: "file", file: { filename: "a.pdf", file_data: data } },
    ];
    expect(input({ role: "user", content })).toEqual([
      item("user", [
        { type: "input_text", text: "see" },
        { type: "input_image", image_url: url, detail: "low" },
        { type: "input_image", image_url: "https://a.example/b.png", detail: "auto" },
        { type: "input_file", filename: "a.pdf", file_data: data },
      ]),
    ]);
  });

  test("hold calls and results, custom ones as such", () => {
    const long = `call_${"x".repeat(80)}`;
    const messages = [
      hi,
      {
        role: "assistant",
        content: "so",
        tool_calls: [
          { id: long, type: "function", function: { name: "look", arguments: '{"a": 1.0}' } },
          { id: "c2", type: "custom", custom: { name: "patch", input: "*** go" } },
        ],
      },
      { role: "tool", tool_call_id: long, content: [{ type: "text", text: "a" }] },
      { role: "tool", tool_call_id: "c2", content: "b" },
    ];
    const short = expect.stringMatching(/^call_x{43}_[0-9a-f]{8}$/);
    expect(input(...messages)).toEqual([
      item("user", "hi"),
      item("assistant", "so"),
      { type: "function_call", call_id: short, name: "look", arguments: '{"a": 1.0}' },
      { type: "custom_tool_call", call_id: "c2", name: "patch", input: "*** go" },
      { type: "function_call_output", call_id: short, output: "a" },
      { type: "custom_tool_call_output", call_id: "c2", output: "b" },
    ]);
  });

  test("an id may come up again, for another kind of tool", () => {
    const custom = { id: "c", type: "custom", custom: { name: "patch", input: "*** go" } };
    const plain = { id: "c", type: "function", function: { name: "look", arguments: "{}" } };
    const turn = (call: JsonRecord) => [
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "a" },
    ];
    expect(input(hi, ...turn(custom), ...turn(plain))).toMatchObject([
      {},
      { type: "custom_tool_call", call_id: "c" },
      { type: "custom_tool_call_output", call_id: "c" },
      { type: "function_call", call_id: "c_2" },
      { type: "function_call_output", call_id: "c_2" },
    ]);
  });

  test("reasoning that nobody sealed is named", () => {
    const messages = [hi, { role: "assistant", content: "hello", reasoning_content: "hm" }, hi];
    const { sent, dropped } = asked({ messages });
    expect(sent["input"]).toHaveLength(3);
    expect(dropped).toEqual(["messages.reasoning_content"]);
  });
});

describe("settings", () => {
  test.each<[JsonRecord, JsonRecord]>([
    [{ max_tokens: 40 }, { max_output_tokens: 40 }],
    [{ max_completion_tokens: 40 }, { max_output_tokens: 40 }],
    [
      { temperature: 0.25, top_p: 0.5 },
      { temperature: 0.25, top_p: 0.5 },
    ],
    [{ reasoning_effort: "low" }, { reasoning: { effort: "low", summary: "auto" } }],
    [{ reasoning_effort: "none" }, { reasoning: { effort: "none" } }],
    [{ reasoning_effort: "minimal" }, { reasoning: { effort: "low", summary: "auto" } }],
    [{ verbosity: "low" }, { text: { verbosity: "low" } }],
    [{ response_format: { type: "json_object" } }, { text: { format: { type: "json_object" } } }],
    [
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "n", description: "d", schema, strict: false },
        },
      },
      {
        text: {
          format: { type: "json_schema", name: "n", description: "d", schema, strict: false },
        },
      },
    ],
    [
      { logprobs: true, top_logprobs: 2 },
      {
        include: ["reasoning.encrypted_content", "message.output_text.logprobs"],
        top_logprobs: 2,
      },
    ],
    [{ user: "u" }, { user: "u" }],
    [{ safety_identifier: "s" }, { safety_identifier: "s" }],
    [
      { metadata: { a: "b" }, service_tier: "flex", prompt_cache_key: "k" },
      { metadata: { a: "b" }, service_tier: "flex", prompt_cache_key: "k" },
    ],
    [
      { prompt_cache_retention: "24h", prompt_cache_options: { mode: "explicit" } },
      { prompt_cache_retention: "24h", prompt_cache_options: { mode: "explicit" } },
    ],
    [
      {
        web_search_options: {
          search_context_size: "low",
          user_location: { type: "approximate", approximate: { city: "Oslo" } },
        },
      },
      {
        tools: [
          {
            type: "web_search",
            search_context_size: "low",
            user_location: { type: "approximate", city: "Oslo" },
          },
        ],
      },
    ],
    [{ store: false, n: 1, verbosity: "medium", service_tier: "auto" }, {}],
  ])("%j", (settings, expected) => {
    const { sent, dropped } = asked(settings);
    const { model: _, input: __, stream: ___, store: ____, include, ...rest } = sent;
    const usual = ["reasoning.encrypted_content"];
    expect({ include, ...rest }).toEqual({ include: usual, ...expected });
    expect(dropped).toEqual([]);
  });

  test("OpenAI has more words for effort", () =>
    expect(asked({ reasoning_effort: "minimal" }, openAi).sent["reasoning"]).toMatchObject({
      effort: "minimal",
    }));

  test("the least limit is 16, and a lower one named", () => {
    const { sent, dropped } = asked({ max_tokens: 3 });
    expect(sent["max_output_tokens"]).toBe(16);
    expect(dropped).toEqual(["max_tokens"]);
  });

  test.each<[string, JsonRecord]>([
    ["stop", { stop: ["x"] }],
    ["seed", { seed: 5 }],
    ["presence_penalty", { presence_penalty: 0.5 }],
    ["frequency_penalty", { frequency_penalty: 0.5 }],
    ["logit_bias", { logit_bias: { "1": 2 } }],
    ["prediction", { prediction: { type: "content", content: "p" } }],
    ["audio", { audio: { voice: "v", format: "mp3" } }],
    ["top_k", { top_k: 4 }],
    ["min_p", { min_p: 0.1 }],
    ["store", { store: true }],
    ["user", { user: "u".repeat(65) }],
    ["cache_control", { messages: [{ ...hi, cache_control: { type: "ephemeral" } }] }],
    ["tool_choice", { tool_choice: "required" }],
  ])("%s has no place, and is named", (field, request) =>
    expect(asked(request).dropped).toEqual([field]),
  );

  test.each<[string, JsonRecord]>([
    ["n", { n: 2 }],
    ["modalities", { modalities: ["audio"] }],
    [
      "messages.content.input_audio",
      { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] },
    ],
  ])("%s cannot be served", (field, request) => {
    const { cannot } = translatedCall(path, { messages: [hi], ...request }, "openai-responses");
    expect(cannot).toBe(field);
  });
});

describe("tools", () => {
  const look = { name: "look", description: "Looks", parameters: schema };
  const grammar = { syntax: "lark", definition: "start: /a+/" };
  const tools = [
    { type: "function", function: look },
    { type: "function", function: { name: "any" } },
    {
      type: "custom",
      custom: { name: "patch", description: "Patches", format: { type: "grammar", grammar } },
    },
    { type: "custom", custom: { name: "note" } },
  ];

  test("are re-nested, and loose unless they are strict", () => {
    const { sent, dropped } = asked({
      tools,
      tool_choice: { type: "custom", custom: { name: "patch" } },
      parallel_tool_calls: false,
    });
    expect(sent).toMatchObject({
      tools: [
        { type: "function", ...look, strict: false },
        { type: "function", name: "any", parameters: { type: "object" }, strict: false },
        {
          type: "custom",
          name: "patch",
          description: "Patches",
          format: { type: "grammar", ...grammar },
        },
        { type: "custom", name: "note" },
      ],
      tool_choice: { type: "custom", name: "patch" },
      parallel_tool_calls: false,
    });
    expect(dropped).toEqual([]);
  });

  test("a choice of some leaves the others out", () => {
    const { sent } = asked({
      tools,
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [{ type: "function", function: { name: "look" } }],
        },
      },
    });
    expect(sent["tools"]).toMatchObject([{ name: "look" }]);
    expect(sent["tool_choice"]).toBe("required");
  });

  test("their names come back as they were", () => {
    const name = "files.read";
    const call = asked({ tools: [{ type: "function", function: { name } }] });
    const [{ name: theirs }] = call.sent["tools"] as [JsonRecord];
    const called = { type: "function_call", call_id: "c", name: theirs, arguments: "{}" };
    expect(call.whole(wholeResponseOf({ output: [called] }))).toMatchObject({
      choices: [{ message: { tool_calls: [{ id: "c", function: { name } }] } }],
    });
  });
});

describe("answers", () => {
  const custom = { tools: [{ type: "custom", custom: { name: "patch" } }] };

  /** The message and its end, the same from a plain answer and from each kind of stream. */
  function answered(answer: ResponsesAnswer, request: JsonRecord = {}) {
    const plain = asked(request);
    const [choice] = plain.whole(wholeResponseOf(answer))["choices"] as [JsonRecord];
    const message = choice["message"] as JsonRecord;
    for (const sends of ["pieces", "items", "end"] as const) {
      const call = asked({ ...request, stream: true });
      const text = responseStream(responseEvents({ ...answer, sends }));
      const said = readChatStream(call.stream(text));
      expect(said.message).toEqual(message);
      expect(said.finish).toBe(choice["finish_reason"] as string);
      expect(call.lost()).toEqual(plain.lost());
    }
    return { message, finish: choice["finish_reason"], lost: plain.lost() };
  }

  test("reasoning is shown, its parts apart", () => {
    const summary = ["one", "two"].map((text) => ({ type: "summary_text", text }));
    const content = [{ type: "reasoning_text", text: "all of it" }];
    const { message } = answered({ output: [{ type: "reasoning", summary }, words("hi")] });
    expect(message).toMatchObject({ reasoning_content: "one\n\ntwo", content: "hi" });
    const shown = answered({ output: [{ type: "reasoning", content }, words("hi")] });
    expect(shown.message["reasoning_content"]).toBe("all of it");
  });

  test("messages, apart", () =>
    expect(answered({ output: [words("I look."), words("Found.")] }).message["content"]).toBe(
      "I look.\n\nFound.",
    ));

  test("calls, custom ones as such", () => {
    const output = [
      { type: "function_call", call_id: "c1", name: "look", arguments: '{"a": 1.0}' },
      { type: "custom_tool_call", call_id: "c2", name: "patch", input: 'a "b"\n\u{1f600}\\' },
    ];
    const { message, finish } = answered({ output }, custom);
    expect(message["tool_calls"]).toEqual([
      { id: "c1", type: "function", function: { name: "look", arguments: '{"a": 1.0}' } },
      { id: "c2", type: "custom", custom: { name: "patch", input: 'a "b"\n\u{1f600}\\' } },
    ]);
    expect(finish).toBe("tool_calls");
  });

  test("a refusal", () => {
    const output = [{ type: "message", content: [{ type: "refusal", refusal: "I will not." }] }];
    const { message, finish } = answered({ output });
    expect(message).toMatchObject({ content: null, refusal: "I will not." });
    expect(finish).toBe("stop");
  });

  test("a refusal that speaks of thinking, as it came", () => {
    const refusal = "I will not <think>that</think>.";
    const call = translatedCall(path, { messages: [hi] }, "openai-responses", {
      stripThinking: "strip",
    });
    const output = [{ type: "message", content: [{ type: "refusal", refusal }] }];
    expect(call.whole(wholeResponseOf({ output }))).toMatchObject({
      choices: [{ message: { refusal } }],
    });
  });

  test.each([
    ["max_output_tokens", "length"],
    ["content_filter", "content_filter"],
  ])("one that is incomplete for %s ends with %s", (incomplete, reason) =>
    expect(answered({ output: [words("half")], incomplete }).finish).toBe(reason),
  );

  test("what a text is taken from", () => {
    const cited = (start_index: number, end_index: number) => ({
      type: "url_citation",
      url: "https://a.example",
      title: "A",
      start_index,
      end_index,
    });
    const file = { type: "file_citation", file_id: "f", filename: "f", index: 0 };
    const { message, lost } = answered({
      output: [words("Oslo is cold.", { annotations: [cited(0, 4), cited(8, 12), file] })],
    });
    const annotation = ({ type, ...rest }: JsonRecord) => ({ type, url_citation: rest });
    expect(message["annotations"]).toEqual([annotation(cited(0, 4)), annotation(cited(8, 12))]);
    expect(lost).toEqual(["answer.output.annotations"]);
  });

  test("what the server's own tools did is named", () => {
    const search = { type: "web_search_call", action: { type: "search", query: "q" } };
    const { message, lost } = answered({ output: [search, words("found")] });
    expect(message["content"]).toBe("found");
    expect(lost).toEqual(["answer.output.web_search_call"]);
  });

  test("probabilities of tokens, in their own digits", () => {
    const other = '{"token":"b","logprob":-1.50,"bytes":[98]}';
    const token = `{"token":"a","logprob":-0.10,"bytes":[97],"top_logprobs":[${other}]}`;
    const call = asked({ logprobs: true });
    const answer = wholeResponseOf({ output: [words("a", { logprobs: ["LP"] })] });
    const said = call.wholeText(JSON.stringify(answer).replace('"LP"', token));
    expect(said).toContain('"token":"a","logprob":-0.10');
    expect(said).toContain(other);
  });

  test("counts", () => {
    const usage = {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 14,
    };
    expect(asked({}).whole(wholeResponseOf({ output: [], usage }))["usage"]).toEqual({
      prompt_tokens: 9,
      completion_tokens: 5,
      total_tokens: 14,
      prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
  });
});

test.each<[string, JsonRecord]>([
  ["a response", { type: "response.failed", response: { error: { code: "c", message: "No." } } }],
  ["an error", { type: "error", code: "c", message: "No.", param: null }],
])("a stream fails with %s, and nothing follows", (_, last) => {
  const events = responseEvents({ output: [words("hello")] });
  const text = responseStream([...events.slice(0, 5), last, ...events.slice(5)]);
  const { error, done, message } = readChatStream(asked({ stream: true }).stream(text, [], false));
  expect(error).toMatchObject({ message: "No." });
  expect([done, message["content"]]).toEqual([false, "hello"]);
});

describe("servers with events of their own kind", () => {
  const said = (events: readonly JsonRecord[]) => {
    const call = asked({ stream: true });
    return readChatStream(call.stream(responseStream(events)));
  };
  const output = [
    { type: "function_call", call_id: "c1", name: "look", arguments: '{"a":1}' },
    { type: "function_call", call_id: "c2", name: "look", arguments: '{"a":2}' },
    words("done"),
  ];
  const events = responseEvents({ output });
  const expected = said(events).message;

  test("without places", () =>
    expect(said(events.map((event) => ({ ...event, output_index: undefined }))).message).toEqual(
      expected,
    ));

  test("with ids that change from event to event", () => {
    const changing = events.map((event, at) => ({
      ...event,
      ...(event["item_id"] === undefined ? {} : { item_id: `x${at}` }),
    }));
    expect(said(changing).message).toEqual(expected);
  });

  test("that begin no items", () => {
    const texts = responseEvents({ output: [words("hello there")] });
    const bare = texts.filter(({ type }) => !/added|part|item/.test(String(type)));
    expect(said(bare).message).toMatchObject({ content: "hello there" });
  });

  test("that tell one of two items beforehand", () => {
    const texts = [words("one"), words("two")];
    const early = responseEvents({ output: texts });
    const one = early.filter(({ output_index: at }) => at === undefined || at === 0);
    expect(said(one).message["content"]).toBe("one\n\ntwo");
  });

  test("whose last response is empty", () => {
    const emptied = events.map((event) =>
      event["type"] === "response.completed"
        ? { ...event, response: { ...(event["response"] as JsonRecord), output: [] } }
        : event,
    );
    expect(said(emptied).message).toEqual(expected);
  });
});

describe("reasoning that the server sealed", () => {
  const sealed = (text: string, encrypted_content: string) => ({
    type: "reasoning",
    summary: text === "" ? [] : [{ type: "summary_text", text }],
    encrypted_content,
  });
  const call = (call_id: string) => ({
    type: "function_call",
    call_id,
    name: "look",
    arguments: "{}",
  });
  const tools = [{ type: "function", function: { name: "look" } }];

  function goesOn(output: readonly JsonRecord[], stream: boolean, change = {}) {
    const deps = bridgeDeps();
    const send = (request: JsonRecord, server = {}) =>
      translatedCall(path, { tools, ...request }, "openai-responses", {}, server, deps);
    const first = send({ messages: [hi], stream });
    const answer = { output };
    const message = stream
      ? readChatStream(first.stream(responseStream(responseEvents(answer)))).message
      : (first.whole(wholeResponseOf(answer))["choices"] as [JsonRecord])[0]["message"];
    const kept = { ...(message as JsonRecord), refusal: undefined };
    const results = output.flatMap(({ call_id: id }) =>
      id === undefined ? [] : [{ role: "tool", tool_call_id: id, content: "a wall" }],
    );
    const { sent, dropped } = send({ messages: [hi, kept, ...results] }, change);
    return { sent, dropped, input: (sent?.["input"] ?? []) as readonly JsonRecord[] };
  }

  test.each([true, false])("stands where it stood, streamed: %p", (stream) => {
    const output = [
      sealed("one", "E1"),
      words("Let me see."),
      sealed("", "E2"),
      call("c1"),
      sealed("two", "E3"),
      call("c2"),
    ];
    const { sent, dropped, input } = goesOn(output, stream);
    expect(input.slice(1, 7)).toEqual([
      sealed("one", "E1"),
      item("assistant", "Let me see."),
      sealed("", "E2"),
      call("c1"),
      sealed("two", "E3"),
      call("c2"),
    ]);
    expect(dropped).toEqual([]);
    expect(responsesRefusal(sent, new Set(["E1", "E2", "E3"]))).toBeNull();
  });

  test("goes to no other server", () => {
    const { sent, dropped } = goesOn([sealed("one", "E1"), call("c1")], false, { name: "other" });
    expect(responsesRefusal(sent)).toBeNull();
    expect(dropped).toEqual(["messages.reasoning_content"]);
  });

  test("comes back as it was shown where nothing of it is hidden", () => {
    const content = [{ type: "reasoning_text", text: "all of it" }];
    const { input } = goesOn([{ type: "reasoning", content }, call("c1")], true);
    expect(input[1]).toEqual({
      type: "reasoning",
      summary: [],
      content,
    });
  });

  test("is named where all that came is a summary", () => {
    const summary = [{ type: "summary_text", text: "in short" }];
    const { input, dropped } = goesOn([{ type: "reasoning", summary }, call("c1")], true);
    expect(input).toHaveLength(3);
    expect(dropped).toEqual(["messages.reasoning_content"]);
  });
});
