// OpenAI's answers as Ollama's, whole and streamed.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import { errorWords } from "../../../../src/domain/protocols/ollama/error-words.ts";
import { idleAnswer } from "../../../../src/domain/protocols/ollama/idle-answer.ts";
import { exchanges } from "./exchanges.ts";
import { ollamaPage } from "./ollama-page.ts";
import { startedAt, translateAnswer, translateStream } from "./pipeline.ts";
import { reassembledAnswer, streamLines, untimed } from "./reassemble.ts";
import { asRead, asReceived } from "./written.ts";

const whole = (kind: OllamaKind, answer: JsonRecord) =>
  asRead(translateAnswer(kind, asReceived(answer)));
const delta = (of: JsonRecord, finish: string | null = null): JsonRecord => ({
  choices: [{ index: 0, delta: of, finish_reason: finish }],
});
const usage = { prompt_tokens: 3, completion_tokens: 2 };

describe("a stream adds up to the answer given whole", () => {
  test.each(exchanges.map((exchange) => [exchange.server, exchange] as const))("%s", (_, it) => {
    const streamed = reassembledAnswer(it.kind, streamLines(it.kind, it.events));
    expect(untimed(streamed)).toEqual(untimed(whole(it.kind, it.whole)));
  });
});

const said = (server: string) => {
  const it = exchanges.find((exchange) => exchange.server.startsWith(server))!;
  return whole(it.kind, it.whole);
};

test("a whole chat has Ollama's fields, in UTC and whole nanoseconds", () => {
  expect(said("OpenAI: usage")).toEqual({
    model: "m",
    created_at: "2026-09-21T14:13:20.000Z",
    message: { role: "assistant", content: "Hello 🙂" },
    done: true,
    done_reason: "stop",
    total_duration: 1_500_000_000,
    load_duration: 0,
    prompt_eval_count: 12,
    prompt_eval_duration: 0,
    eval_count: 7,
    eval_duration: 1_500_000_000,
  });
});

const contents: readonly [string, JsonRecord][] = [
  [
    "OpenAI: parallel",
    {
      done_reason: "stop",
      message: {
        role: "assistant",
        content: "Let me see.",
        tool_calls: [
          { id: "x", function: { index: 0, name: "weather", arguments: { city: "Ulm" } } },
          { id: "y", function: { index: 1, name: "time", arguments: { zone: 1 } } },
        ],
      },
    },
  ],
  [
    "a call without arguments",
    {
      done_reason: "stop",
      message: {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "x", function: { index: 0, name: "now", arguments: {} } },
          { function: { index: 1, name: "weather", arguments: { city: "Ulm" } } },
        ],
      },
    },
  ],
  [
    "whole calls",
    {
      message: {
        role: "assistant",
        content: "",
        tool_calls: [
          { function: { index: 0, name: "time", arguments: { zone: 1 } } },
          { function: { index: 1, name: "time", arguments: {} } },
          { function: { index: 2, name: "time", arguments: { zone: 2 } } },
        ],
      },
    },
  ],
  [
    "a call cut",
    {
      done_reason: "length",
      message: {
        role: "assistant",
        content: 'Sure.\n{"name": "weather", "arguments": {"city":"U',
      },
    },
  ],
  ["vLLM", { message: { role: "assistant", content: "Yes", thinking: "Hm" } }],
  ["Mistral", { message: { role: "assistant", content: "Yes", thinking: "Hm" } }],
  [
    "a refusal",
    { done_reason: "content_filter", message: { role: "assistant", content: "I won't." } },
  ],
  ["several choices", { done_reason: "stop", message: { role: "assistant", content: "Yes" } }],
  [
    "a completion",
    {
      done_reason: "length",
      response: "abc",
      logprobs: [
        {
          token: "a",
          logprob: -1,
          top_logprobs: [
            { token: "a", logprob: -1 },
            { token: "x", logprob: -3 },
          ],
        },
        { token: "b", logprob: -2 },
      ],
    },
  ],
  ["a prompt answered", { response: "Yes", done_reason: "stop", eval_count: 0 }],
  ["llama.cpp", { prompt_eval_duration: 12_500_000, eval_duration: 99_250_000 }],
  ["Groq", { prompt_eval_duration: 4_000_000, eval_duration: 250_000_000 }],
];

describe("what was said stands where Ollama's clients look for it", () => {
  test.each(contents)("%s", (server, expected) => {
    expect(said(server)).toMatchObject(expected);
  });
});

const parsed = (line: string) => JSON.parse(line) as JsonRecord;

describe("a stream", () => {
  test("gives text at once and its counts in one last line at its very end, with measured times", () => {
    const lines = streamLines("chat", [
      delta({ role: "assistant", content: "" }),
      delta({ content: "a" }),
      delta({ content: "b" }),
      delta({}, "length"),
      { choices: [], usage },
      "[DONE]",
    ]);
    const line = (content: string, ms: number, more: JsonRecord): JsonRecord => ({
      model: "m",
      created_at: new Date(startedAt + ms).toISOString(),
      message: { role: "assistant", content },
      ...more,
    });
    expect(lines).toEqual([
      line("a", 20, { done: false }),
      line("b", 30, { done: false }),
      line("", 60, {
        done: true,
        done_reason: "length",
        total_duration: 50_000_000,
        load_duration: 0,
        prompt_eval_count: 3,
        prompt_eval_duration: 20_000_000,
        eval_count: 2,
        eval_duration: 30_000_000,
      }),
    ]);
  });

  test("holds tool calls until they are whole, and sends them before the last line", () => {
    const call = (text: string, more: JsonRecord = {}): JsonRecord =>
      delta({ tool_calls: [{ index: 0, ...more, function: { name: "f", arguments: text } }] });
    const translator = translateStream("chat");
    const counts = [call('{"a":', { id: "x" }), call("1}"), delta({}, "tool_calls")].map(
      (event) => translator.push(asReceived(event), startedAt).length,
    );
    expect(counts).toEqual([0, 0, 1]);
    expect(translator.push("[DONE]", startedAt).map(parsed)).toMatchObject([{ done: true }]);
  });

  test("that ends after its finish_reason is complete without usage or [DONE]", () => {
    const lines = streamLines("generate", [delta({ content: "a" }, "stop")]);
    expect(lines).toMatchObject([
      { response: "a", done: false },
      { response: "", done: true },
    ]);
  });

  test("goes on after a finish_reason: more text, late usage, another end", () => {
    const lines = streamLines("chat", [
      delta({ content: "Looking. " }, "stop"),
      delta({ content: "Found it." }),
      delta({}, "length"),
      { choices: [], usage },
      "[DONE]",
    ]);
    expect(lines).toMatchObject([
      { message: { content: "Looking. " }, done: false },
      { message: { content: "Found it." }, done: false },
      { message: { content: "" }, done: true, done_reason: "length", eval_count: 2 },
    ]);
  });

  const errors: readonly [string, JsonRecord][] = [
    ["alone", { error: { message: "gone" } }],
    ["beside an empty list", { choices: [], error: { message: "gone" } }],
    ["beside a finish_reason", { ...delta({ content: "" }, "error"), error: { message: "gone" } }],
    [
      "in the choice",
      {
        choices: [{ index: 0, delta: {}, error: { message: "gone" }, finish_reason: "stop" }],
      },
    ],
  ];
  test.each(errors)("with an error %s never ends like a complete one", (_, event) => {
    const lines = streamLines("chat", [delta({ content: "a" }), event, "[DONE]"]);
    expect(lines).toMatchObject([{ message: { content: "a" } }, { error: "gone" }]);
  });

  test("with a mere finish_reason of error does not, either", () => {
    const lines = streamLines("chat", [delta({ content: "a" }), delta({}, "error"), "[DONE]"]);
    expect(lines).toMatchObject([
      { message: { content: "a" } },
      { error: "the upstream ended its answer with finish_reason: error" },
    ]);
  });

  test("counts no time that its connection stays open after the last event", () => {
    const translator = translateStream("chat");
    translator.push(asReceived(delta({ content: "a" }, "stop")), startedAt + 1_000);
    expect(translator.end(startedAt + 61_000).map(parsed)).toMatchObject([
      { done: true, total_duration: 1e9 },
    ]);
  });

  test("that was cut has no last line", () => {
    const translator = translateStream("chat");
    translator.push(asReceived(delta({ content: "a" })), startedAt);
    expect(translator.end(startedAt)).toEqual([]);
  });

  test("passes an error on and says nothing after it", () => {
    const translator = translateStream("chat");
    translator.push(asReceived(delta({ content: "a" })), startedAt);
    const failed = asReceived({ error: { message: "out of memory" } });
    expect(translator.push(failed, startedAt)).toEqual(['{"error":"out of memory"}']);
    expect(translator.push("[DONE]", startedAt)).toEqual([]);
    expect(translator.end(startedAt)).toEqual([]);
  });

  test("ends once, whatever follows its end", () => {
    const lines = streamLines("chat", [
      delta({ content: "a" }, "stop"),
      { choices: [], usage },
      { choices: [], usage },
      "[DONE]",
      "[DONE]",
    ]);
    expect(lines.filter((line) => line["done"] === true)).toHaveLength(1);
  });
});

// 1.5 and -2 as 32-bit floats, little endian.
const encoded = "AADAPwAAAMA=";
const embedded = {
  data: [
    { index: 1, embedding: encoded },
    { index: 0, embedding: [0.25, 1e-9] },
  ],
  usage: { prompt_tokens: 4, total_tokens: 4 },
};

test("vectors come in the order of the inputs, as numbers", () => {
  expect(whole("embed", embedded)).toEqual({
    model: "m",
    embeddings: [
      [0.25, 1e-9],
      [1.5, -2],
    ],
    total_duration: 1_500_000_000,
    load_duration: 0,
    prompt_eval_count: 4,
  });
  expect(whole("embeddings", { data: [{ embedding: encoded }] })).toEqual({
    embedding: [1.5, -2],
  });
});

test("a request that asked nothing is answered as Ollama does", () => {
  const head = { model: "m", created_at: new Date(startedAt).toISOString(), done: true };
  const message = { role: "assistant", content: "" };
  expect(idleAnswer("chat", "load", "m", startedAt)).toEqual({
    ...head,
    message,
    done_reason: "load",
  });
  expect(idleAnswer("generate", "unload", "m", startedAt)).toEqual({
    ...head,
    response: "",
    done_reason: "unload",
  });
  expect(idleAnswer("embed", "empty", "m", startedAt)).toEqual({ model: "m", embeddings: [] });
  expect(idleAnswer("embeddings", "empty", "m", startedAt)).toEqual({ embedding: [] });
});

const errors: readonly [string, unknown, string][] = [
  ["OpenAI", { error: { message: "no such model", type: "t", code: "c" } }, "no such model"],
  ["Ollama", { error: "no such model" }, "no such model"],
  ["its text", '{"error":{"message":"no such model"}}', "no such model"],
  ["older vLLM", { object: "error", message: "too long", code: 400 }, "too long"],
  ["FastAPI", { detail: "Not Found" }, "Not Found"],
  ["its validator", { detail: [{ msg: "required" }, { msg: "no text" }] }, "required; no text"],
  ["plain text", " overloaded\n", "overloaded"],
  ["only a code", { error: { message: "", code: "rate_limited" } }, "rate_limited"],
  ["a page", "<html>Bad Gateway</html>", "the upstream answered with status 502 and said no more"],
  ["nothing", undefined, "the upstream answered with status 502 and said no more"],
];

describe("an error keeps its words, whoever worded it", () => {
  test.each(errors)("%s", (_, body, error) => {
    expect(errorWords(502, body)).toBe(error);
  });
});

test("docs/ollama.md names every field of the answers", async () => {
  const page = await Bun.file(ollamaPage).text();
  const answers = [
    ...exchanges.map((it) => whole(it.kind, it.whole)),
    whole("embed", embedded),
    whole("embeddings", embedded),
    { error: errorWords(500, "") },
  ];
  const fields = new Set(
    answers.flatMap((answer) => [
      ...Object.keys(answer).filter((key) => key !== "message"),
      ...Object.keys((answer["message"] as JsonRecord | undefined) ?? {}).map(
        (key) => `message.${key}`,
      ),
    ]),
  );
  expect([...fields].filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
});
