// What an answer says of itself, in every format, and what is made of one that says nothing.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AnsweredCall,
  nothingRead,
  readAnswer,
} from "../../../src/domain/log/answer-reading.ts";
import { reportedUsage } from "../../../src/domain/log/reported-usage.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { ownMs } from "../../lab/own-time.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const chat = "/v1/chat/completions";

function read(path: string, response: string, more: Partial<AnsweredCall> = {}) {
  const request = bytes("{}");
  return readAnswer({
    endpoint: endpointOf("POST", path),
    status: 200,
    request,
    response: bytes(response),
    ...more,
  });
}

const sse = (...events: readonly unknown[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
const ndjson = (...lines: readonly unknown[]) =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const delta = (content: string, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason }],
});

const formats: readonly [
  string,
  string,
  string,
  readonly [number, number | null, number, string | null],
][] = [
  [
    "plain chat",
    chat,
    JSON.stringify({
      choices: [{ message: { content: "hi" }, finish_reason: "length" }],
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    }),
    [9, 2, 11, "length"],
  ],
  [
    "streamed chat, usage in an event without choices",
    chat,
    `${sse(delta("hi"), delta("", "stop"), { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } })}data: [DONE]\n\n`,
    [9, 2, 11, "stop"],
  ],
  [
    "streamed chat that counts in every event",
    chat,
    sse(
      { ...delta("a"), usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } },
      {
        ...delta("b", "stop"),
        usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
      },
      { choices: [], usage: null },
    ),
    [9, 2, 11, "stop"],
  ],
  [
    "an embedding, which completes nothing",
    "/v1/embeddings",
    JSON.stringify({ data: [{ embedding: [1] }], usage: { prompt_tokens: 5, total_tokens: 5 } }),
    [5, null, 5, null],
  ],
  [
    "a plain Responses object",
    "/v1/responses",
    JSON.stringify({
      object: "response",
      status: "incomplete",
      output: [],
      usage: { input_tokens: 4, output_tokens: 6, total_tokens: 10 },
    }),
    [4, 6, 10, "length"],
  ],
  [
    "a Responses stream, whose last event alone has the usage",
    "/v1/responses",
    sse(
      {
        type: "response.created",
        response: { object: "response", status: "in_progress", usage: null },
      },
      { type: "response.output_text.delta", delta: "hi" },
      {
        type: "response.completed",
        response: {
          object: "response",
          status: "completed",
          usage: { input_tokens: 4, output_tokens: 6, total_tokens: 10 },
        },
      },
    ),
    [4, 6, 10, "stop"],
  ],
  [
    "an Anthropic message with a cached prompt",
    "/v1/messages",
    JSON.stringify({
      content: [{ type: "text", text: "hi" }],
      stop_reason: "end_turn",
      usage: {
        input_tokens: 3,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 20,
        output_tokens: 7,
      },
    }),
    [123, 7, 130, "stop"],
  ],
  [
    "an Anthropic stream, which counts the prompt first and the answer last",
    "/v1/messages",
    sse(
      { type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 1 } } },
      { type: "content_block_delta", delta: { type: "text_delta", text: "hi" } },
      { type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 7 } },
    ),
    [3, 7, 10, "length"],
  ],
  [
    "an Anthropic stream, whose last event repeats the input without the cache",
    "/v1/messages",
    sse(
      {
        type: "message_start",
        message: {
          usage: { input_tokens: 12, cache_read_input_tokens: 5_000, output_tokens: 1 },
        },
      },
      { type: "content_block_delta", delta: { type: "text_delta", text: "hi" } },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { input_tokens: 12, output_tokens: 40 },
      },
    ),
    [5_012, 40, 5_052, "stop"],
  ],
  [
    "an Anthropic stream that knows its prompt only at the end",
    "/v1/messages",
    sse(
      { type: "message_start", message: { usage: { input_tokens: 0, output_tokens: 0 } } },
      { type: "content_block_delta", delta: { type: "text_delta", text: "hi" } },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { input_tokens: 31, output_tokens: 4 },
      },
    ),
    [31, 4, 35, "stop"],
  ],
  [
    "a Moonshot stream, which counts in its choice",
    chat,
    sse(delta("hi"), {
      choices: [
        {
          delta: {},
          finish_reason: "stop",
          usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
        },
      ],
    }),
    [9, 2, 11, "stop"],
  ],
  [
    "an Ollama stream",
    "/api/chat",
    ndjson(
      { message: { content: "hi" }, done: false },
      {
        message: { content: "" },
        done: true,
        done_reason: "stop",
        prompt_eval_count: 8,
        eval_count: 3,
      },
    ),
    [8, 3, 11, "stop"],
  ],
  [
    "an Ollama embedding",
    "/api/embed",
    JSON.stringify({ embeddings: [[1, 2]], prompt_eval_count: 8 }),
    [8, null, 8, null],
  ],
  [
    "an Ollama call answered by an OpenAI server",
    "/api/chat",
    sse(delta("hi", "stop"), { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } }),
    [9, 2, 11, "stop"],
  ],
];

describe("usage and finish are read from", () => {
  test.each(formats)("%s", (_, path, response, [prompt, completion, total, finish]) => {
    expect(read(path, response)).toMatchObject({
      promptTokens: prompt,
      completionTokens: completion,
      totalTokens: total,
      tokensEstimated: false,
      finishReason: finish,
    });
  });

  test.each(formats)("%s, the same without the rest of the answer", (_, path, response) => {
    const whole = bytes(response);
    const { reported } = read(path, response);
    for (const piece of [1, 7, 100_000]) {
      const chunks = [];
      for (let at = 0; at < whole.length; at += piece) chunks.push(whole.subarray(at, at + piece));
      expect(reportedUsage({ chunks, truncated: false })).toEqual(reported);
    }
  });

  test.each([
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("a stream whose lines end in %s", (_, end) => {
    const stream = sse(delta("hi", "stop"), {
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });
    expect(read(chat, stream.replaceAll("\n", end))).toMatchObject({
      totalTokens: 3,
      finishReason: "stop",
    });
  });

  test("events with comments, names and no space after the colon, the last one unended", () => {
    const usage = JSON.stringify({ usage: { prompt_tokens: 1, completion_tokens: 2 } });
    expect(read(chat, `: ping\n\nevent: x\nid: 7\ndata:${usage}`)).toMatchObject({
      totalTokens: 3,
    });
  });

  test("an event whose JSON spans several data lines", () => {
    const event = 'data: {"usage": {"prompt_tokens": 1,\ndata: "completion_tokens": 2}}\n\n';
    expect(read(chat, event)).toMatchObject({ totalTokens: 3 });
  });

  test("events that a server did not part by blank lines", () => {
    expect(read(chat, sse(delta("a"), delta("b", "stop")).replaceAll("\n\n", "\n"))).toMatchObject({
      finishReason: "stop",
    });
  });

  test("what is whole of a stream that breaks within an event", () => {
    const stream = `${sse(delta("abcd"), delta("efgh"))}data: {"choices":[{"delta":{"content":"ij`;
    expect(read(chat, stream)).toMatchObject({ completionTokens: 2, finishReason: null });
  });

  test.each([-1, 1.5, "7", null, 1e300])("no count that is none: %p", (count) => {
    const answer = { choices: [], usage: { prompt_tokens: count, completion_tokens: 2 } };
    expect(read(chat, JSON.stringify(answer))).toMatchObject({
      promptTokens: 0,
      completionTokens: 2,
      tokensEstimated: true,
    });
  });
});

describe("usage of 0 beside a text counts as absent", () => {
  const request = bytes(JSON.stringify({ messages: [{ content: "12345678" }] }));
  const estimated = {
    promptTokens: 2,
    completionTokens: 1,
    totalTokens: 3,
    tokensEstimated: true,
  };

  test.each<[string, string, string]>([
    [
      "in chat",
      chat,
      JSON.stringify({
        ...delta("1234", "stop"),
        usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
      }),
    ],
    [
      "in a stream of Ollama's",
      "/api/chat",
      ndjson(
        { message: { content: "1234" }, done: false },
        { message: { content: "" }, done: true, prompt_eval_count: 0, eval_count: 0 },
      ),
    ],
    [
      "in a stream of Anthropic's that never comes to its end",
      "/v1/messages",
      sse(
        { type: "message_start", message: { usage: { input_tokens: 0, output_tokens: 1 } } },
        { type: "content_block_delta", delta: { type: "text_delta", text: "1234" } },
      ),
    ],
  ])("%s", (_, path, response) => {
    expect(read(path, response, { request })).toMatchObject(estimated);
  });

  test("and not beside nothing", () => {
    const answer = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 0 } };
    expect(read(chat, JSON.stringify(answer))).toMatchObject({
      promptTokens: 3,
      completionTokens: 0,
      totalTokens: 3,
    });
  });
});

describe("parts of the counts are read from", () => {
  test.each<[string, string, unknown, number | null, number | null, number | null]>([
    [
      "chat",
      chat,
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      100,
      64,
      30,
    ],
    [
      "Responses",
      "/v1/responses",
      {
        input_tokens: 100,
        output_tokens: 50,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 0 },
      },
      100,
      0,
      0,
    ],
    [
      "Responses of a gateway that adds Anthropic's names",
      "/v1/responses",
      {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 64 },
        cache_read_input_tokens: 64,
        output_tokens: 50,
      },
      100,
      64,
      null,
    ],
    [
      "messages",
      "/v1/messages",
      {
        input_tokens: 6,
        cache_read_input_tokens: 64,
        cache_creation_input_tokens: 30,
        output_tokens: 50,
        output_tokens_details: { thinking_tokens: 20 },
      },
      100,
      64,
      20,
    ],
    [
      "DeepSeek",
      chat,
      { prompt_tokens: 100, completion_tokens: 50, prompt_cache_hit_tokens: 64 },
      100,
      64,
      null,
    ],
    [
      "one that says nothing of them",
      chat,
      { prompt_tokens: 9, completion_tokens: 5 },
      9,
      null,
      null,
    ],
  ])("%s", (_, path, usage, prompt, cached, reasoning) => {
    expect(read(path, JSON.stringify({ choices: [], usage }))).toMatchObject({
      promptTokens: prompt,
      cachedTokens: cached,
      reasoningTokens: reasoning,
      tokensEstimated: false,
    });
  });
});

describe("the finish is said in chat's words", () => {
  const message = (stop_reason: string, type = "text") => ({ content: [{ type }], stop_reason });
  const response = (status: string, reason?: string, type = "message") => ({
    object: "response",
    status,
    ...(reason === undefined ? {} : { incomplete_details: { reason } }),
    output: [{ type }],
  });
  const chosen = (finish_reason: string, more: object = {}) => ({
    choices: [{ message: { content: "x", ...more }, finish_reason }],
  });

  test.each<[string, unknown, string | null]>([
    ["/v1/messages", message("end_turn"), "stop"],
    ["/v1/messages", message("stop_sequence"), "stop"],
    ["/v1/messages", message("pause_turn"), "stop"],
    ["/v1/messages", message("max_tokens"), "length"],
    ["/v1/messages", message("model_context_window_exceeded"), "length"],
    ["/v1/messages", message("tool_use", "tool_use"), "tool_calls"],
    ["/v1/messages", message("refusal"), "content_filter"],
    ["/v1/responses", response("completed"), "stop"],
    ["/v1/responses", response("completed", undefined, "function_call"), "tool_calls"],
    ["/v1/responses", response("completed", undefined, "shell_call"), "tool_calls"],
    ["/v1/responses", response("completed", undefined, "web_search_call"), "stop"],
    ["/v1/responses", response("incomplete", "max_output_tokens"), "length"],
    ["/v1/responses", response("incomplete", "content_filter"), "content_filter"],
    ["/v1/responses", response("in_progress"), null],
    ["/v1/responses", response("failed"), "failed"],
    ["/api/chat", { message: { content: "x" }, done: true, done_reason: "stop" }, "stop"],
    ["/api/chat", { message: { content: "x" }, done: true, done_reason: "length" }, "length"],
    [
      "/api/chat",
      { message: { content: "", tool_calls: [{ function: {} }] }, done_reason: "stop" },
      "tool_calls",
    ],
    ["/api/chat", { message: { content: "" }, done: true, done_reason: "load" }, "load"],
    [chat, chosen("stop"), "stop"],
    [chat, chosen("length"), "length"],
    [chat, chosen("tool_calls"), "tool_calls"],
    [chat, chosen("function_call"), "tool_calls"],
    [chat, chosen("content_filter"), "content_filter"],
    [chat, chosen("stop", { tool_calls: [{ id: "a" }] }), "tool_calls"],
    [chat, chosen("stop", { tool_calls: [] }), "stop"],
    [chat, chosen("error"), "error"],
    [chat, chosen(""), null],
  ])("%s: %j", (path, answer, finish) => {
    expect(read(path, JSON.stringify(answer)).finishReason).toBe(finish);
  });

  test("a call that an earlier event of the stream began counts", () => {
    const stream = sse(
      { choices: [{ delta: { tool_calls: [{ index: 0, id: "a" }] } }] },
      { choices: [{ delta: {}, finish_reason: "stop" }] },
    );
    expect(read(chat, stream).finishReason).toBe("tool_calls");
  });
});

describe("without usage, tokens are estimated at four characters each", () => {
  const prompted = (request: unknown) => ({ request: bytes(JSON.stringify(request)) });
  const answered = (content: string) => JSON.stringify(delta(content));

  test.each<[string, unknown, number]>([
    ["messages", { messages: [{ role: "user", content: "12345678" }] }, 2],
    [
      "parts of a message, pictures left out",
      {
        messages: [
          {
            content: [
              { type: "text", text: "1234" },
              { type: "image_url", image_url: { url: "x".repeat(9_999) } },
            ],
          },
        ],
      },
      1,
    ],
    ["a prompt and a suffix", { prompt: "1234", suffix: "5678" }, 2],
    ["prompts in a list", { prompt: ["1234", "5678"] }, 2],
    ["a prompt already cut into tokens", { prompt: [17, 4711, 3] }, 3],
    ["instructions and input", { instructions: "1234", input: "12345" }, 3],
    ["a system text in blocks", { system: [{ type: "text", text: "12345678" }], messages: [] }, 2],
    [
      "Anthropic's documents, where they are texts",
      {
        messages: [
          {
            content: [
              { type: "document", source: { type: "text", data: "1234" } },
              { type: "document", source: { type: "content", content: "5678" } },
              { type: "document", source: { type: "base64", data: "x".repeat(9_999) } },
            ],
          },
        ],
      },
      2,
    ],
    [
      "arguments of an earlier tool call",
      {
        messages: [
          { tool_calls: [{ id: "call_1", function: { name: "f", arguments: '{"a":1}' } }] },
        ],
      },
      2,
    ],
    [
      "an Ollama tool call, whose arguments are an object",
      { messages: [{ tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] }] },
      2,
    ],
    ["tool definitions", { tools: [{ type: "function" }], messages: [] }, 6],
    ["nothing", {}, 0],
  ])("of %s", (_, request, tokens) => {
    expect(read(chat, answered("abcde"), prompted(request))).toEqual({
      ...nothingRead,
      promptTokens: tokens,
      completionTokens: 2,
      totalTokens: tokens + 2,
      tokensEstimated: true,
    });
  });

  test.each<[string, string, string]>([
    [
      "text of every choice",
      chat,
      JSON.stringify({
        choices: [{ message: { content: "1234" } }, { message: { content: "5678" } }],
      }),
    ],
    ["reasoning", chat, sse({ choices: [{ delta: { reasoning_content: "12345678" } }] })],
    [
      "a tool call",
      chat,
      sse({
        choices: [
          {
            delta: {
              tool_calls: [
                {
                  index: 0,
                  id: "call_1",
                  type: "function",
                  function: { name: "f", arguments: '{"a":1}' },
                },
              ],
            },
          },
        ],
      }),
    ],
    ["a legacy completion", "/v1/completions", JSON.stringify({ choices: [{ text: "12345678" }] })],
    ["Ollama's generate", "/api/generate", ndjson({ response: "1234" }, { thinking: "5678" })],
    [
      "Responses deltas, not counted again at their end",
      "/v1/responses",
      sse(
        { type: "response.output_text.delta", delta: "12345678" },
        { type: "response.output_text.done", text: "12345678" },
        { type: "response.completed", response: { output: [{ content: [{ text: "12345678" }] }] } },
      ),
    ],
    [
      "Anthropic deltas",
      "/v1/messages",
      sse(
        { type: "content_block_delta", delta: { type: "text_delta", text: "1234" } },
        { type: "content_block_delta", delta: { type: "input_json_delta", partial_json: "5678" } },
      ),
    ],
  ])("of %s", (_, path, response) => {
    expect(read(path, response)).toMatchObject({ completionTokens: 2, tokensEstimated: true });
  });

  test("where only the prompt is counted, for the answer alone", () => {
    const answer = { ...delta("12345678"), usage: { prompt_tokens: 100 } };
    expect(read(chat, JSON.stringify(answer))).toMatchObject({
      promptTokens: 100,
      completionTokens: 2,
      totalTokens: 102,
      tokensEstimated: true,
    });
  });

  test("for an answer cut off by a client that left", () => {
    const more = { status: 499, ...prompted({ prompt: "1234" }) };
    expect(read(chat, sse(delta("12345678")), more)).toMatchObject({ totalTokens: 3 });
  });

  test.each<[string, string, number, number]>([
    ["a stream, by what is left of it", sse(delta("12345678"), delta("12345678")), 10, 40],
    ["one document, by its length", `{"choices":[{"message":{"content":"${"x".repeat(58)}`, 3, 70],
  ])("for the whole of an answer that was kept cut: %s", (_, kept, times, tokens) => {
    const more = { cutFrom: kept.length * times, ...prompted({ prompt: "1234" }) };
    const reading = read(chat, kept, more);
    expect(reading).toMatchObject({ promptTokens: 1, tokensEstimated: true });
    expect(reading.completionTokens).toBe(tokens);
  });

  test("though what is left of one that was cut counts so far", () => {
    const counting = { ...delta("1234"), usage: { prompt_tokens: 100, completion_tokens: 1 } };
    const kept = sse(counting);
    expect(read(chat, kept, { cutFrom: kept.length * 8 })).toMatchObject({
      promptTokens: 100,
      completionTokens: 8,
      tokensEstimated: true,
    });
  });

  test("but not of a prompt that is stored cut", () => {
    const more = { request: bytes('{"messages":[{"content":"12345') };
    expect(read(chat, answered("1234"), more)).toMatchObject({
      promptTokens: null,
      completionTokens: 1,
    });
  });
});

describe("no tokens are made up for", () => {
  const request = bytes(JSON.stringify({ messages: [{ content: "a long prompt" }] }));

  test.each<[string, number | null, string]>([
    ["an error answer", 500, JSON.stringify({ error: { message: "out of memory" } })],
    ["an error page", 502, "<html>Bad gateway, sorry</html>"],
    [
      "an error whose message is a plain field",
      401,
      JSON.stringify({ message: "no key", detail: "x" }),
    ],
    ["a call without an answer", 504, ""],
    ["a call that ended before it had a status", null, ""],
    ["a client that left before the answer", 499, ""],
    ["a stream that only reports an error", 200, sse({ error: { message: "overloaded" } })],
  ])("%s", (_, status, response) => {
    expect(read(chat, response, { status, request })).toEqual(nothingRead);
  });

  test.each(["/v1/audio/speech", "/v1/models", "/v1/responses/resp_1", "/v1/files", "/api/tags"])(
    "%s, where no model counts",
    (path) => {
      expect(read(path, JSON.stringify(delta("text")), { request })).toEqual(nothingRead);
    },
  );
});

test("a path with a query counts as its path", () => {
  expect(read(`${chat}?key=[redacted]`, JSON.stringify(delta("1234")))).toMatchObject({
    completionTokens: 1,
  });
});

describe("whatever the bytes, reading", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.array(fc.json()).map((lines) => lines.map((line) => `data: ${line}`).join("\n\n")),
    fc.array(fc.json()).map((lines) => lines.join("\n")),
  );
  const body = fc.oneof(fc.uint8Array({ maxLength: 200 }), text.map(bytes));
  const path = fc.constantFrom(
    chat,
    "/v1/responses",
    "/v1/embeddings",
    "/v1/messages",
    "/api/chat",
  );
  const status = fc.constantFrom(200, 499, 500, null);

  test("never throws, and gives counts that are whole numbers or null", () => {
    fc.assert(
      fc.property(path, status, body, body, (at, code, request, response) => {
        const reading = readAnswer({
          endpoint: endpointOf("POST", at),
          status: code,
          request,
          response,
        });
        for (const count of [reading.promptTokens, reading.completionTokens, reading.totalTokens])
          expect(count === null || (Number.isInteger(count) && count >= 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("takes any shape in the places it looks at", () => {
    const value = fc.jsonValue();
    const document = fc.record(
      {
        choices: fc.array(fc.record({ delta: value, message: value, finish_reason: value })),
        usage: value,
        message: value,
        delta: value,
        response: value,
        output: value,
        content: value,
      },
      { requiredKeys: [] },
    );
    const request = fc.record(
      { messages: value, prompt: value, tools: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(path, document, request, (at, answer, asked) => {
        const json = bytes(JSON.stringify(asked));
        expect(() => read(at, JSON.stringify(answer), { request: json })).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test("survives nesting deep enough to exhaust a stack", () => {
    const deep = `${'{"input":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const request = bytes(`{"messages":[${deep}],"tools":[${deep}]}`);
    const answer = `{"choices":[{"message":{"tool_calls":[{"arguments":${deep}}]}}]}`;
    expect(() => read(chat, answer, { request })).not.toThrow();
  });

  test("takes time in proportion to their length", () => {
    const lines = "data: {\n".repeat(200_000);
    const took = ownMs(() => void read(chat, lines));
    expect(took).toBeLessThan(3_000);
  });
});
