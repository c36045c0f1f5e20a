// What Ollama is asked for Anthropic's clients, and what its answers become for them.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { readStrictly } from "../anthropic-messages/block-grammar.ts";
import { rules } from "./over-ollama-rules.ts";

const hi = { role: "user", content: "hi" };
const text = (said: string) => ({ type: "text", text: said });
const picture = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "iVBORw0K" },
};
const linked = { type: "image", source: { type: "url", url: "https://h/a.png" } };
const call = { type: "tool_use", id: "c1", name: "weather", input: { city: "Oslo" } };
const other = { type: "tool_use", id: "c2", name: "time", input: {} };
const schema = { type: "object", properties: { city: { type: "string" } } };
const weather = { name: "weather", description: "Today's", input_schema: schema };
const offered = {
  type: "function",
  function: { name: "weather", description: "Today's", parameters: schema },
};

function ask(request: JsonRecord) {
  return translatedCall("/v1/messages", { messages: [hi], ...request }, "ollama");
}

interface Row {
  readonly of: string;
  readonly asked: JsonRecord;
  /** What goes out beside the usual. */
  readonly sent: JsonRecord;
  readonly dropped?: readonly string[];
}

const results = (...content: readonly JsonRecord[]) => ({ role: "user", content });
const resultOf = (id: string, content: unknown, more: JsonRecord = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  content,
  ...more,
});
const called = { role: "assistant", content: [text("Let me look."), call, other] };
const asCalled = {
  role: "assistant",
  content: "Let me look.",
  tool_calls: [
    { id: "c1", function: { name: "weather", arguments: { city: "Oslo" } } },
    { id: "c2", function: { name: "time", arguments: {} } },
  ],
};
const toolSaid = (id: string, name: string, content: string) => ({
  role: "tool",
  content,
  tool_name: name,
  tool_call_id: id,
});

const rows: readonly Row[] = [
  {
    of: "sampling",
    asked: { max_tokens: 9, temperature: 0.5, top_p: 0.9, top_k: 3, stop_sequences: ["a", "b"] },
    sent: {
      options: { num_predict: 9, temperature: 0.5, top_p: 0.9, top_k: 3, stop: ["a", "b"] },
    },
  },
  { of: "a stream", asked: { stream: true }, sent: { stream: true } },
  {
    of: "a system's blocks",
    asked: { system: [text("x-anthropic-billing-header: a"), text("Be brief."), text("Be kind.")] },
    sent: { messages: [{ role: "system", content: "Be brief.\n\nBe kind." }, hi] },
    dropped: ["system.x-anthropic-billing-header"],
  },
  {
    of: "instructions within the conversation",
    asked: { messages: [hi, { role: "system", content: "Be brief." }] },
    sent: { messages: [{ role: "user", content: "hi\n\nBe brief." }] },
  },
  {
    of: "pictures and texts",
    asked: { messages: [{ role: "user", content: [text("Look:"), picture] }] },
    sent: { messages: [{ role: "user", content: "Look:", images: ["iVBORw0K"] }] },
  },
  {
    of: "pictures between texts",
    asked: { messages: [{ role: "user", content: [text("1:"), picture, text("2:"), picture] }] },
    sent: { messages: [{ role: "user", content: "1:\n2:", images: ["iVBORw0K", "iVBORw0K"] }] },
    dropped: ["messages.content.order"],
  },
  {
    of: "calls and results, in the order of the calls, with a picture in one and another failed",
    asked: {
      messages: [
        hi,
        called,
        results(
          resultOf("c2", "no clock", { is_error: true }),
          resultOf("c1", [text("18 °C"), text("windy"), picture]),
          text("Well?"),
        ),
      ],
    },
    sent: {
      messages: [
        hi,
        asCalled,
        toolSaid("c1", "weather", "18 °C\nwindy"),
        toolSaid("c2", "time", "Error: no clock"),
        { role: "user", content: "From the result of c1:\nWell?", images: ["iVBORw0K"] },
      ],
    },
  },
  {
    of: "thinking of earlier turns",
    asked: {
      messages: [
        hi,
        {
          role: "assistant",
          content: [{ type: "thinking", thinking: "hm", signature: "" }, text("so")],
        },
        hi,
      ],
    },
    sent: { messages: [hi, { role: "assistant", content: "so", thinking: "hm" }, hi] },
  },
  {
    of: "thinking that only its maker can read",
    asked: {
      messages: [
        hi,
        { role: "assistant", content: [{ type: "redacted_thinking", data: "x" }, text("so")] },
        hi,
      ],
    },
    sent: { messages: [hi, { role: "assistant", content: "so" }, hi] },
    dropped: ["messages.content.redacted_thinking"],
  },
  {
    of: "an answer to go on with",
    asked: { messages: [hi, { role: "assistant", content: "It is" }] },
    sent: { messages: [hi, { role: "assistant", content: "It is" }] },
  },
  { of: "tools", asked: { tools: [weather] }, sent: { tools: [offered] } },
  {
    of: "strict tools",
    asked: { tools: [{ ...weather, strict: true }] },
    sent: { tools: [offered] },
    dropped: ["tools.strict"],
  },
  {
    of: "tools of which any may be called",
    asked: { tools: [weather], tool_choice: { type: "auto" } },
    sent: { tools: [offered] },
  },
  {
    of: "tools of which none may be called",
    asked: { tools: [weather], tool_choice: { type: "none" } },
    sent: {},
  },
  ...[{ type: "any" }, { type: "tool", name: "weather" }].map((choice) => ({
    of: `a choice of ${choice.type}`,
    asked: { tools: [weather], tool_choice: choice },
    sent: { tools: [offered] },
    dropped: ["tool_choice"],
  })),
  {
    of: "one call at a time",
    asked: { tools: [weather], tool_choice: { type: "auto", disable_parallel_tool_use: true } },
    sent: { tools: [offered] },
    dropped: ["tool_choice.disable_parallel_tool_use"],
  },
  {
    of: "a schema for the answer",
    asked: { output_config: { format: { type: "json_schema", schema } } },
    sent: { format: schema },
  },
  { of: "thinking on", asked: { thinking: { type: "adaptive" } }, sent: { think: true } },
  { of: "thinking off", asked: { thinking: { type: "disabled" } }, sent: { think: false } },
  ...(
    [
      [2_000, "low"],
      [16_000, "medium"],
      [32_000, "high"],
    ] as const
  ).map(([budget_tokens, think]) => ({
    of: `thinking with a budget of ${budget_tokens}`,
    asked: { thinking: { type: "enabled", budget_tokens } },
    sent: { think },
  })),
  ...(
    [
      ["low", "low"],
      ["xhigh", "high"],
      ["max", "max"],
    ] as const
  ).map(([effort, think]) => ({
    of: `thinking with effort ${effort}`,
    asked: { thinking: { type: "adaptive" }, output_config: { effort } },
    sent: { think },
  })),
  {
    of: "effort without thinking",
    asked: { output_config: { effort: "high" } },
    sent: {},
    dropped: ["output_config.effort"],
  },
  {
    of: "a user and a cache",
    asked: {
      metadata: { user_id: "u" },
      messages: [results({ ...text("hi"), cache_control: { type: "ephemeral" } })],
    },
    sent: { messages: [{ role: "user", content: "hi" }] },
    dropped: ["cache_control", "metadata.user_id"],
  },
];

test.each(rows)("$of", ({ asked, sent, dropped = [] }) => {
  const { sent: body, dropped: named, path } = ask(asked);
  expect(path).toBe("/api/chat");
  const usual = { model: "claude", messages: [hi], stream: false, think: false };
  expect<unknown>(body).toEqual({ ...usual, ...sent });
  expect(named.toSorted()).toEqual(dropped.toSorted());
});

test.each<[string, JsonRecord]>([
  ["messages.content.image", { messages: [results(linked)] }],
  [
    "messages.content.document",
    {
      messages: [
        results({
          type: "document",
          source: { type: "base64", media_type: "application/pdf", data: "AAAA" },
        }),
      ],
    },
  ],
])("%s cannot be served", (field, asked) => {
  expect(ask(asked).cannot).toBe(field);
});

test("numbers keep their digits and keys their order, there and back", () => {
  const given = `{"b":1.10,"2":9007199254740993,"a":1e400}`;
  const history = `{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":${given}}]}`;
  const { sentText } = translatedCall(
    "/v1/messages",
    `{"max_tokens":1e2,"temperature":0.70,"messages":[{"role":"user","content":"hi"},${history},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]}]}`,
    "ollama",
  );
  expect(sentText).toContain(`"arguments":${given}`);
  expect(sentText).toContain(`"num_predict":1e2,"temperature":0.70`);
  const line = `{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":${given}}}]},"done":true}`;
  expect(ask({}).wholeText(line)).toContain(`"input":${given}`);
  const said = ask({ stream: true }).stream(`${line}\n`);
  expect(said).toContain(`"partial_json":${JSON.stringify(given)}`);
});

describe("an answer", () => {
  const counts = {
    prompt_eval_count: 7,
    eval_count: 5,
    prompt_eval_duration: 2_000_000,
    eval_duration: 9_000_000,
  };
  const lines = (...all: readonly JsonRecord[]) =>
    all.map((line) => `${JSON.stringify({ model: "m", ...line })}\n`).join("");
  const says = (message: JsonRecord) => ({
    message: { role: "assistant", content: "", ...message },
    done: false,
  });
  const end = (done_reason?: string) => ({ ...says({}), done: true, done_reason, ...counts });
  const calls = [
    { function: { name: "weather", arguments: { city: "Oslo" } } },
    { id: "call_x", function: { index: 1, name: "time", arguments: {} } },
  ];

  test("has a block a thing: thinking, text, and calls that come whole, ids or not", () => {
    const stream = ask({ stream: true, thinking: { type: "adaptive" } }).stream(
      lines(
        says({ thinking: "two " }),
        says({ thinking: "things" }),
        says({ content: "Let me look." }),
        says({ tool_calls: calls.slice(0, 1) }),
        says({ tool_calls: calls.slice(1) }),
        end("stop"),
      ),
    );
    const { message, complete } = readStrictly(stream);
    expect(complete).toBe(true);
    expect(message).toMatchObject({
      content: [
        { type: "thinking", thinking: "two things" },
        text("Let me look."),
        { type: "tool_use", id: expect.any(String), name: "weather", input: { city: "Oslo" } },
        { type: "tool_use", id: "call_x", name: "time", input: {} },
      ],
      stop_reason: "tool_use",
      usage: { input_tokens: 7, output_tokens: 5 },
    });
  });

  test.each([
    ["stop", "end_turn"],
    ["length", "max_tokens"],
    [undefined, "end_turn"],
  ])("that ended with %p says %p", (reason, word) => {
    const whole = { ...end(reason), message: { role: "assistant", content: "so" } };
    expect(ask({}).whole(whole)).toMatchObject({ content: [text("so")], stop_reason: word });
  });

  test("that fails on the way ends in an error, and nothing is closed", () => {
    const stream = ask({ stream: true }).stream(
      lines(says({ content: "so" }), { error: "the runner has gone" }),
      [],
      false,
    );
    const { complete, error } = readStrictly(stream);
    expect({ complete, error }).toEqual({ complete: false, error: "the runner has gone" });
  });

  test("loses what has no place, and names it", () => {
    const call = ask({});
    call.whole({ ...end(), message: { content: "so", images: ["iVBORw0KGgo="] } });
    expect(call.lost()).toEqual(["answer.images"]);
  });

  test("in error keeps the server's words", () => {
    const said = ask({}).error(404, `{"error":"model 'm' not found"}`);
    expect(said).toMatchObject({
      type: "error",
      error: { type: "not_found_error", message: "model 'm' not found" },
    });
  });

  test.each(rules)("%s", (_, run) => run(200));
});
