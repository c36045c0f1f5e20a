// What Anthropic's answers become for clients of chat completions and of Ollama.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { chatClientCodec } from "../../../../src/domain/protocols/openai-chat/client-codec.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { readChatStream } from "../../../lab/chat-stream.ts";
import {
  type MessagesAnswer,
  messageEvents,
  messageStream,
  wholeMessage,
} from "../../../lab/messages-answer.ts";
import { sentAt, translatedCall } from "../../../lab/translated-call.ts";

const hi = { role: "user", content: "hi" };

function chat(request: JsonRecord = {}) {
  return translatedCall(
    "/v1/chat/completions",
    { messages: [hi], ...request },
    "anthropic-messages",
  );
}

const streamed = { stream: true, stream_options: { include_usage: true } };

interface Said {
  readonly message: JsonRecord;
  readonly finish: unknown;
  readonly usage: unknown;
  readonly lost: readonly string[];
}

/** A stream that came although nobody asked for one, as its client gets it. */
function gathered(stream: string): unknown {
  const made = chatClientCodec.gather?.(new TextEncoder().encode(stream));
  if (made === undefined || "error" in made) throw new Error(made?.error);
  return JSON.parse(new TextDecoder().decode(made.body));
}

test("a stream that nobody asked for is no answer where it failed or has no end", () => {
  const events = messageEvents({ content: [{ type: "text", text: "half" }] });
  const cut = chat({}).stream(messageStream(events.slice(0, 4)), [], false);
  expect(() => gathered(cut)).toThrow("before the answer was complete");
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const failed = chat({}).stream(messageStream([...events.slice(0, 4), error]), [], false);
  expect(() => gathered(failed)).toThrow("Overloaded");
});

/** What a chat's client gets of an answer, which has to be the same in every way that it can come. */
function saidOf(answer: MessagesAnswer, request: JsonRecord = {}): Said {
  const plain = chat(request);
  const whole = plain.whole(wholeMessage(answer));
  const [choice] = whole["choices"] as readonly JsonRecord[];
  const said = {
    message: choice?.["message"] as JsonRecord,
    finish: choice?.["finish_reason"],
    usage: whole["usage"],
    lost: plain.lost(),
  };
  expect(gathered(chat(request).stream(messageStream(messageEvents(answer))))).toEqual(whole);
  const live = chat({ ...request, ...streamed });
  for (const text of [
    live.stream(messageStream(messageEvents(answer))),
    chat({ ...request, ...streamed }).wholeText(wholeMessage(answer)),
  ]) {
    const { message, finish, usage, done } = readChatStream(text);
    expect({ message, finish, usage: usage ?? undefined }).toEqual({
      message: said.message,
      finish: said.finish,
      usage: said.usage,
    } as unknown as { message: JsonRecord; finish: string | null; usage: JsonRecord | undefined });
    expect(done).toBe(true);
  }
  expect(live.lost().toSorted()).toEqual(said.lost.toSorted());
  return said;
}

const text = (words: string) => ({ type: "text", text: words });
const use = (id: string, name: string, input: JsonRecord) => ({
  type: "tool_use",
  id,
  name,
  input,
});
const called = (id: string, name: string, given: string) => ({
  id,
  type: "function",
  function: { name, arguments: given },
});

describe("content", () => {
  test("texts are joined, and thinking stands apart", () => {
    const { message, finish, lost } = saidOf({
      content: [
        { type: "thinking", thinking: "let me see", signature: "c2ln" },
        { type: "redacted_thinking", data: "eA==" },
        text("Hello "),
        text("there, 👋 friend"),
      ],
    });
    expect(message).toEqual({
      role: "assistant",
      content: "Hello there, 👋 friend",
      refusal: null,
      reasoning_content: "let me see",
    });
    expect(finish).toBe("stop");
    expect(lost).toEqual([]);
  });

  test("calls in turn with text keep their order and ids", () => {
    const { message, finish } = saidOf({
      content: [
        text("one"),
        use("toolu_1", "look", { at: "the \u2028 wall" }),
        use("toolu_2", "stop", {}),
        text(" two"),
      ],
      stop: "tool_use",
    });
    expect(message).toEqual({
      role: "assistant",
      content: "one two",
      refusal: null,
      tool_calls: [
        called("toolu_1", "look", JSON.stringify({ at: "the \u2028 wall" })),
        called("toolu_2", "stop", "{}"),
      ],
    });
    expect(finish).toBe("tool_calls");
  });

  test("pages that a text is taken from are its annotations, other sources are named", () => {
    const page = (url: string, title: string) => ({
      type: "web_search_result_location",
      url,
      title,
      cited_text: "x",
      encrypted_index: "e",
    });
    const { message, lost } = saidOf({
      content: [
        text("It is "),
        { ...text("cold"), citations: [page("https://a.example/", "A"), page("http://b/", "")] },
        { ...text(" today."), citations: [{ type: "char_location", document_index: 0 }] },
      ],
    });
    const cited = (url: string, title: string) => ({
      type: "url_citation",
      url_citation: { url, title, start_index: 6, end_index: 10 },
    });
    expect(message).toMatchObject({
      content: "It is cold today.",
      annotations: [cited("https://a.example/", "A"), cited("http://b/", "")],
    });
    expect(lost).toEqual(["answer.content.citations"]);
  });

  test("what the server's own tools did is named", () => {
    const { message, lost } = saidOf({
      content: [
        { type: "server_tool_use", id: "s", name: "web_search", input: { query: "a" } },
        { type: "web_search_tool_result", tool_use_id: "s", content: [] },
        text("found"),
        use("toolu_1", "look", { at: 1 }),
      ],
      stop: "tool_use",
    });
    expect(message["content"]).toBe("found");
    expect(message["tool_calls"]).toEqual([called("toolu_1", "look", '{"at":1}')]);
    expect([...lost].toSorted()).toEqual([
      "answer.content.server_tool_use",
      "answer.content.web_search_tool_result",
    ]);
  });

  test("a client of custom tools, or of functions, gets calls in its own form", () => {
    const tools = [{ type: "custom", custom: { name: "patch" } }];
    const content = [
      use("toolu_1", "patch", { input: 'a "b"' }),
      use("toolu_2", "look", { at: 1 }),
    ];
    expect(saidOf({ content, stop: "tool_use" }, { tools }).message["tool_calls"]).toEqual([
      { id: "toolu_1", type: "custom", custom: { name: "patch", input: 'a "b"' } },
      called("toolu_2", "look", '{"at":1}'),
    ]);
    const functions = [{ name: "look" }];
    const first = saidOf(
      { content: [use("t", "look", { at: 1 })], stop: "tool_use" },
      { functions },
    );
    expect(first.message["function_call"]).toEqual({ name: "look", arguments: '{"at":1}' });
    expect(first.finish).toBe("function_call");
  });
});

test("tools whose names Anthropic does not take go by others, and come back by their own", () => {
  const odd = "files.read/all";
  const request = {
    tools: [{ type: "function", function: { name: odd } }],
    tool_choice: { type: "function", function: { name: odd } },
    messages: [
      hi,
      { role: "assistant", content: null, tool_calls: [called("a", odd, "{}")] },
      { role: "tool", tool_call_id: "a", content: "b" },
    ],
  };
  const { sent } = chat(request);
  expect(anthropicRefusal(sent)).toBeNull();
  const [tool] = sent!["tools"] as readonly { name: string }[];
  const theirs = tool?.name ?? "";
  expect(sent).toMatchObject({
    tool_choice: { type: "tool", name: theirs },
    messages: [{}, { content: [{ name: theirs }] }, {}],
  });
  const { message } = saidOf({ content: [use("t", theirs, {})], stop: "tool_use" }, request);
  expect(message["tool_calls"]).toEqual([called("t", odd, "{}")]);
});

describe("ends", () => {
  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content_filter"],
    ["something_new", "something_new"],
  ])("%s is %s", (stop, finish) => {
    expect(saidOf({ content: [text("a")], stop })).toMatchObject({ finish, lost: [] });
  });

  test.each(["pause_turn", "compaction"])("%s is a stop, and named", (stop) => {
    expect(saidOf({ content: [text("a")], stop })).toMatchObject({
      finish: "stop",
      lost: ["answer.stop_reason"],
    });
  });

  test("a call makes an end of turn one for calls", () => {
    const content = [use("t", "look", {})];
    expect(saidOf({ content, stop: "end_turn" }).finish).toBe("tool_calls");
    expect(saidOf({ content, stop: "max_tokens" }).finish).toBe("length");
  });
});

test("the prompt counts what the cache had", () => {
  const { usage } = saidOf({
    content: [text("a")],
    usage: {
      input_tokens: 3,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 200,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 4 },
    },
  });
  expect(usage).toEqual({
    prompt_tokens: 1203,
    completion_tokens: 7,
    total_tokens: 1210,
    prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 200 },
    completion_tokens_details: { reasoning_tokens: 4 },
  });
});

describe("streams", () => {
  const answer = { content: [text("hello"), use("t", "look", { at: 1 })], stop: "tool_use" };

  test("say the role first, a chunk an event, and id and name of a call once", () => {
    const { chunks } = readChatStream(
      chat({ stream: true }).stream(messageStream(messageEvents(answer, 3))),
    );
    const head = {
      id: "chatcmpl-0199-call",
      object: "chat.completion.chunk",
      created: sentAt / 1000,
      model: "claude",
    };
    const choice = (delta: JsonRecord, finish: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const call = (more: JsonRecord, given: string, name?: string) =>
      choice({
        tool_calls: [
          {
            index: 0,
            ...more,
            function: { ...(name === undefined ? {} : { name }), arguments: given },
          },
        ],
      });
    expect(chunks).toEqual([
      choice({ role: "assistant", content: "" }),
      choice({ content: "hel" }),
      choice({ content: "lo" }),
      call({ id: "t", type: "function" }, "", "look"),
      call({}, '{"a'),
      call({}, 't":'),
      call({}, "1}"),
      choice({}, "tool_calls"),
    ]);
  });

  test("an error is the last word, and no end", () => {
    const events = [
      ...messageEvents(answer).slice(0, 4),
      { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    ];
    const { error, done, message } = readChatStream(
      chat({ stream: true }).stream(messageStream(events)),
    );
    expect(error).toMatchObject({ message: "Overloaded" });
    expect({ done, content: message["content"] }).toEqual({ done: false, content: "hello" });
  });

  test("cut anywhere, they never end as if they were whole", () => {
    const whole = messageStream(messageEvents(answer));
    const end = whole.indexOf("event: message_stop");
    for (let at = 0; at < end; at += 7) {
      const text = chat({ stream: true }).stream(whole.slice(0, at), [], false);
      expect(text).not.toContain("[DONE]");
      expect(text).not.toContain('"finish_reason":"');
    }
  });

  test("a server that gives all arguments when the call begins is understood", () => {
    const events = messageEvents({ content: [use("t", "look", {})], stop: "tool_use" }).map(
      (event) =>
        event["type"] === "content_block_start"
          ? { ...event, content_block: use("t", "look", { at: 1 }) }
          : event,
    );
    const { message } = readChatStream(chat({ stream: true }).stream(messageStream(events)));
    expect(message["tool_calls"]).toEqual([called("t", "look", '{"at":1}')]);
  });

  test.each(["strip", "move"] as const)("cleaners %s thinking in the text of both forms", (how) => {
    const thinks = { content: [text("<think>hm</think>\n\nyes")] };
    const cleaned = (request: JsonRecord) =>
      translatedCall("/v1/chat/completions", { messages: [hi], ...request }, "anthropic-messages", {
        stripThinking: how,
      });
    const thought = how === "move" ? { reasoning_content: "hm" } : {};
    const message = { role: "assistant", content: "yes", refusal: null, ...thought };
    expect(cleaned({}).whole(wholeMessage(thinks))).toMatchObject({ choices: [{ message }] });
    const stream = cleaned({ stream: true }).stream(messageStream(messageEvents(thinks, 2)));
    expect(readChatStream(stream)).toMatchObject({ message, finish: "stop", done: true });
  });

  test("numbers and the order of keys stay the model's own", () => {
    const given = '{"b": 1.0, "a": 12345678901234567890}';
    const body = JSON.stringify(wholeMessage({ content: [use("t", "look", {})] }));
    const made = chat().whole(body.replace('"input":{}', `"input":${given}`));
    expect(made).toMatchObject({
      choices: [{ message: { tool_calls: [called("t", "look", given)] } }],
    });
  });
});

describe("errors of the server's", () => {
  test.each([
    [400, "invalid_request_error", "max_tokens: Field required", "invalid_request_error", null],
    [
      401,
      "authentication_error",
      "invalid x-api-key",
      "authentication_error",
      "authentication_error",
    ],
    [403, "permission_error", "no", "permission_error", "permission_error"],
    [404, "not_found_error", "model: x", "invalid_request_error", "model_not_found"],
    [413, "request_too_large", "too large", "invalid_request_error", null],
    [429, "rate_limit_error", "slow down", "rate_limit_exceeded", "rate_limit_exceeded"],
    [500, "api_error", "oh", "server_error", "upstream_error"],
    [529, "overloaded_error", "Overloaded", "server_error", "service_unavailable"],
    [
      400,
      "invalid_request_error",
      "prompt is too long: 9 tokens > 8 maximum",
      "invalid_request_error",
      "context_length_exceeded",
    ],
  ])("%i %s %s", (status, theirs, message, type, code) => {
    const body = JSON.stringify({ type: "error", error: { type: theirs, message } });
    expect(chat().error(status, body)).toEqual({ error: { message, type, param: null, code } });
  });
});

describe("clients of Ollama", () => {
  const ollama = (request: JsonRecord = {}, path = "/api/chat") =>
    translatedCall(path, { messages: [hi], ...request }, "anthropic-messages");

  test("a chat goes there and comes back", () => {
    const call = ollama({
      stream: false,
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "see", images: ["iVBORw0KGgoAAA=="] },
        {
          role: "assistant",
          content: "",
          thinking: "hm",
          tool_calls: [{ function: { name: "look", arguments: { at: 1 } } }],
        },
        { role: "tool", tool_name: "look", content: "a wall" },
      ],
      tools: [
        {
          type: "function",
          function: { name: "look", parameters: { type: "object", properties: {} } },
        },
      ],
      think: "high",
      format: { type: "object", properties: {} },
      options: { num_predict: 9, seed: 1, stop: ["end"] },
      keep_alive: "5m",
    });
    expect(call.sent).toEqual({
      model: "claude",
      max_tokens: 9,
      stop_sequences: ["end"],
      // Nothing is known of the thinking that led to the call.
      thinking: { type: "disabled" },
      output_config: {
        format: {
          type: "json_schema",
          schema: { type: "object", properties: {}, additionalProperties: false },
        },
      },
      stream: false,
      system: [text("be brief")],
      messages: [
        {
          role: "user",
          content: [
            {
              type: "image",
              source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgoAAA==" },
            },
            text("see"),
          ],
        },
        { role: "assistant", content: [use("call00001", "look", { at: 1 })] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "call00001", content: [text("a wall")] }],
        },
      ],
      tools: [{ name: "look", input_schema: { type: "object", properties: {} } }],
    });
    expect([...call.dropped].toSorted()).toEqual([
      "keep_alive",
      "messages.thinking",
      "options.seed",
      "think",
    ]);
    const answer = {
      content: [
        { type: "thinking", thinking: "so", signature: "s" },
        text("yes"),
        use("t", "look", { at: 2 }),
      ],
      stop: "tool_use",
      usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 },
    };
    const whole = call.whole(wholeMessage(answer));
    expect(whole).toMatchObject({
      model: "claude",
      message: {
        content: "yes",
        thinking: "so",
        tool_calls: [{ id: "t", function: { name: "look", arguments: { at: 2 } } }],
      },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 7,
      eval_count: 5,
    });
    const lines = ollama({})
      .stream(messageStream(messageEvents(answer)))
      .trim()
      .split("\n");
    const objects = lines.map((line) => JSON.parse(line) as JsonRecord);
    expect(objects.at(-1)).toMatchObject({ done: true, prompt_eval_count: 7, eval_count: 5 });
    const held = objects.map((line) => line["message"] as JsonRecord);
    expect(held.map((one) => one["content"]).join("")).toBe("yes");
    expect(
      held.map(({ thinking }) => (typeof thinking === "string" ? thinking : "")).join(""),
    ).toBe("so");
  });

  test.each([
    ["/api/embed", { input: "a" }, "input"],
    ["/api/embeddings", { prompt: "a" }, "prompt"],
    ["/api/generate", { prompt: "a", suffix: "b" }, "suffix"],
    ["/api/generate", { prompt: "a", raw: true }, "prompt"],
  ])("%s with %o cannot be served", (path, request, field) => {
    expect(translatedCall(path, request, "anthropic-messages").cannot).toBe(field);
  });

  test("a prompt can", () => {
    const call = translatedCall(
      "/api/generate",
      { prompt: "a", system: "b" },
      "anthropic-messages",
    );
    expect(call.sent).toMatchObject({ system: [text("b")], messages: [{ content: [text("a")] }] });
  });
});
