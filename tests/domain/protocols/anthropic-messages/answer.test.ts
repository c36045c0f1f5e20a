// Answers of chat servers as Anthropic's clients get them, plain and as streams.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { messagesClientCodec } from "../../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { readStrictly } from "./block-grammar.ts";
import { unsigned } from "../../../lab/made-by.ts";
import {
  chatServer,
  streamOverChat,
  streamText,
  wholeAsStream,
  wholeOverChat,
} from "./over-chat.ts";
import { rules } from "./stream-rules.ts";

const usage = { prompt_tokens: 7, completion_tokens: 3 };
const counts = {
  input_tokens: 7,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 3,
};
const call = (id: string, name: string, given: string, index?: number) => ({
  ...(index === undefined ? {} : { index }),
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
const text = (said: string) => ({ type: "text", text: said });
const signature = unsigned(chatServer);
const thought = (said: string) => ({ type: "thinking", thinking: said, signature });

/** A whole answer, and what is left of it: content, reason, usage. */
const wholes: readonly [string, JsonRecord, string, readonly unknown[], string, JsonRecord?][] = [
  ["a text", { content: "hi" }, "stop", [text("hi")], "end_turn"],
  ["nothing", { content: "" }, "stop", [], "end_turn"],
  [
    "thoughts go first, under either name",
    { content: "hi", reasoning: "hm" },
    "stop",
    [thought("hm"), text("hi")],
    "end_turn",
  ],
  [
    "a call, whatever the server says of the end",
    { content: null, tool_calls: [call("c1", "f", '{"a":1}')] },
    "stop",
    [use("c1", "f", { a: 1 })],
    "tool_use",
  ],
  [
    "parallel calls, one without an id and one without arguments",
    { content: "so", tool_calls: [call("", "f", "{}"), call("c2", "g", "")] },
    "tool_calls",
    [text("so"), use("toolu_0123456789ab_1", "f", {}), use("c2", "g", {})],
    "tool_use",
  ],
  [
    "a call of old",
    { content: "", function_call: { name: "f", arguments: "{}" } },
    "function_call",
    [use("toolu_0123456789ab_0", "f", {})],
    "tool_use",
  ],
  [
    "arguments that are no object stay the model's words",
    { content: "so", tool_calls: [call("c1", "f", '{"a')] },
    "tool_calls",
    [text("so"), text('\n{"name": "f", "arguments": {"a')],
    "end_turn",
  ],
  ["an answer cut short", { content: "h" }, "length", [text("h")], "max_tokens"],
  [
    "a call in an answer cut short",
    { content: "", tool_calls: [call("c1", "f", "{}")] },
    "length",
    [use("c1", "f", {})],
    "max_tokens",
  ],
  ["a refusal", { content: null, refusal: "no" }, "stop", [text("no")], "refusal"],
  ["a filtered answer", { content: "" }, "content_filter", [], "refusal"],
  ["a reason of the server's own", { content: "h" }, "eos_token", [text("h")], "end_turn"],
];

describe("whole answers", () => {
  test.each(wholes)("%s", (_, message, finish_reason, content, stop_reason) => {
    const answer = { choices: [{ index: 0, message, finish_reason }], usage };
    const refused = { type: "refusal", category: null, explanation: null };
    const expected: JsonRecord = {
      id: "msg_0123456789ab",
      type: "message",
      role: "assistant",
      model: "m",
      content,
      stop_reason,
      stop_sequence: null,
      ...(stop_reason === "refusal" ? { stop_details: refused } : {}),
      usage: counts,
    };
    expect(wholeOverChat(answer)).toEqual(expected);
    // An answer that came whole says the same as a stream, but for the words of a call cut off.
    if (stop_reason !== "end_turn" || message["tool_calls"] === undefined)
      expect<unknown>(readStrictly(streamText(wholeAsStream(answer)))).toEqual({
        message: expected,
        complete: true,
        error: null,
      });
  });

  test.each<[string, JsonRecord | undefined, JsonRecord]>([
    ["none", undefined, { ...counts, input_tokens: 0, output_tokens: 0 }],
    [
      "a cache does not count as input, and thinking is counted",
      {
        prompt_tokens: 100,
        completion_tokens: 9,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
      {
        input_tokens: 10,
        cache_creation_input_tokens: 30,
        cache_read_input_tokens: 60,
        output_tokens: 9,
        output_tokens_details: { thinking_tokens: 5 },
      },
    ],
    [
      "a cache larger than the prompt",
      { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } },
      {
        input_tokens: 0,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 9,
        output_tokens: 1,
      },
    ],
  ])("usage: %s", (_, given, expected) => {
    const choices = [{ message: { content: "a" }, finish_reason: "stop" }];
    const answer = given === undefined ? { choices } : { choices, usage: given };
    expect(wholeOverChat(answer)["usage"]).toEqual(expected);
    const events = [{ choices: [{ delta: { content: "a" }, finish_reason: "stop" }] }];
    const counted = given === undefined ? events : [...events, { choices: [], usage: given }];
    const { message } = readStrictly(streamText(streamOverChat([...counted, "[DONE]"])));
    expect(message["usage"]).toEqual(expected);
  });

  test("what has no place is named, and thinking that shall not be shown is not", () => {
    const lost = new Set<string>();
    const answer = {
      choices: [
        {
          message: { content: "a", reasoning: "hm", audio: {}, images: [{ image_url: "x" }] },
          logprobs: { content: [{ token: "a", logprob: -1 }] },
          finish_reason: "stop",
        },
        { index: 1, message: { content: "b" } },
      ],
    };
    const request = { thinking: { type: "adaptive", display: "omitted" } };
    expect(wholeOverChat(answer, { lost, request })["content"]).toEqual([text("a")]);
    expect([...lost].toSorted()).toEqual([
      "answer.audio",
      "answer.choices",
      "answer.images",
      "answer.logprobs",
    ]);
    const events = [
      { choices: [{ delta: { reasoning: "hm" } }] },
      { choices: [{ delta: { content: "a" }, finish_reason: "stop" }] },
    ];
    const stream = readStrictly(streamText(streamOverChat(events, true, { request })));
    expect(stream.message["content"]).toEqual([text("a")]);
  });

  test("a tool has its own name again", () => {
    const answer = {
      choices: [{ message: { tool_calls: [call("c", "short", "{}")] }, finish_reason: "stop" }],
    };
    const renamed = new Map([["short", "the.long.one"]]);
    expect(wholeOverChat(answer, { renamed })["content"]).toEqual([use("c", "the.long.one", {})]);
  });

  test("numbers in a call keep their digits", () => {
    const given = '{"n":12345678901234567890,"z":1.0,"a":2}';
    const answer = { choices: [{ message: { tool_calls: [call("c", "f", given)] } }] };
    const stream = streamText(wholeAsStream(answer));
    expect(stream).toContain(JSON.stringify(given).slice(1, -1));
    const gathered = messagesClientCodec.gather?.(new TextEncoder().encode(stream));
    if (gathered === undefined || !("body" in gathered)) throw new Error("not gathered");
    expect(new TextDecoder().decode(gathered.body)).toContain(`"input":${given}`);
  });
});

const delta = (held: JsonRecord, finish: string | null = null) => ({
  choices: [{ index: 0, delta: held, finish_reason: finish }],
});
const calls = (...pieces: readonly JsonRecord[]) => delta({ tool_calls: pieces });
const piece = (index: number, given: string) => ({ index, function: { arguments: given } });

/** Streams, and the blocks that they make. */
const streams: readonly [string, readonly (JsonRecord | "[DONE]")[], readonly unknown[], string][] =
  [
    [
      "the piece that opens a block is content, too",
      [delta({ reasoning_content: "h" }), delta({ content: "a" }), delta({}, "stop")],
      [thought("h"), text("a")],
      "end_turn",
    ],
    [
      "thoughts and words may take turns",
      [
        delta({ content: "a" }),
        delta({ reasoning: "h" }),
        delta({ content: "" }),
        delta({ content: "b" }, "stop"),
      ],
      [text("a"), thought("h"), text("b")],
      "end_turn",
    ],
    [
      "a call whose name and first arguments come with its first piece",
      [
        delta({ content: "so" }),
        calls(call("c", "f", '{"a"', 0)),
        calls(piece(0, ":1}")),
        delta({}, "tool_calls"),
      ],
      [text("so"), use("c", "f", { a: 1 })],
      "tool_use",
    ],
    [
      "calls in turns: the second waits until the first is whole",
      [
        calls(call("c0", "f", "", 0)),
        calls(call("c1", "g", "", 1)),
        calls(piece(1, '{"b"')),
        calls(piece(0, '{"a":')),
        calls(piece(1, ":2}"), piece(0, '"}"}')),
        delta({}, "tool_calls"),
      ],
      [use("c0", "f", { a: "}" }), use("c1", "g", { b: 2 })],
      "tool_use",
    ],
    [
      "all arguments in the last event",
      [
        calls(call("c0", "f", "", 0), call("c1", "g", "", 1)),
        {
          choices: [
            {
              delta: { tool_calls: [piece(0, '{"a":1}'), piece(1, '{"b":2}')] },
              finish_reason: "tool_calls",
            },
          ],
        },
      ],
      [use("c0", "f", { a: 1 }), use("c1", "g", { b: 2 })],
      "tool_use",
    ],
    [
      "a name that comes late, and an id that is repeated",
      [
        calls({ index: 0, id: "c", function: { arguments: '{"a' } }),
        calls({ index: 0, id: "c", function: { name: "f", arguments: '":1}' } }),
        delta({}, "stop"),
      ],
      [use("c", "f", { a: 1 })],
      "tool_use",
    ],
    [
      "a call without arguments, with words after it",
      [calls(call("c", "f", "", 0)), delta({ content: "so" }), delta({}, "stop")],
      [use("c", "f", {}), text("so")],
      "tool_use",
    ],
    [
      "words within a call wait for its end",
      [
        calls(call("c", "f", '{"a":', 0)),
        delta({ content: "wait" }),
        calls(piece(0, "1}")),
        delta({}, "stop"),
      ],
      [use("c", "f", { a: 1 }), text("wait")],
      "tool_use",
    ],
    [
      "arguments cut off come as they are",
      [calls(call("c", "f", '{"a":', 0)), delta({}, "length")],
      [{ type: "tool_use", id: "c", name: "f", unreadable: '{"a":' }],
      "max_tokens",
    ],
    [
      "arguments that are no object are words",
      [calls(call("c", "f", "[1]", 0)), delta({}, "stop")],
      [text('{"name": "f", "arguments": [1]')],
      "end_turn",
    ],
    ["no reason to stop", [delta({ content: "a" }), "[DONE]"], [text("a")], "end_turn"],
    [
      "no reason to stop, and a call",
      [calls(call("c", "f", "{}", 0)), "[DONE]"],
      [use("c", "f", {})],
      "tool_use",
    ],
    ["nothing at all", ["[DONE]"], [], "end_turn"],
  ];

describe("streams", () => {
  test.each(streams)("%s", (_, events, content, stop_reason) => {
    const { message, complete } = readStrictly(streamText(streamOverChat(events)));
    expect({ complete, content: message["content"], reason: message["stop_reason"] }).toEqual({
      complete: true,
      content,
      reason: stop_reason,
    });
  });

  test("text goes on at once, and a call as soon as it is known", () => {
    const names = (events: readonly JsonRecord[]) =>
      streamOverChat(events, false).map((event) => /^event: (.+)$/m.exec(streamText([event]))?.[1]);
    expect(names([delta({ content: "a" })])).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
    ]);
    expect(names([delta({ role: "assistant", content: "" })])).toEqual([]);
    expect(names([calls(call("c", "f", "{", 0))])).toHaveLength(3);
  });

  test("a failure closes nothing, and nothing follows it", () => {
    const events = [delta({ content: "a" }), { error: { message: "out of memory" } }];
    const stream = streamText(streamOverChat([...events, delta({ content: "b" }), "[DONE]"]));
    expect(readStrictly(stream)).toMatchObject({ complete: false, error: "out of memory" });
    expect(stream).not.toContain("_stop");
  });

  test("arguments after the end of arguments are named as lost", () => {
    const lost = new Set<string>();
    const events = [
      calls(call("c", "f", "{}", 0)),
      delta({ content: "a" }),
      calls(piece(0, "{}")),
      delta({}, "stop"),
    ];
    readStrictly(streamText(streamOverChat(events, true, { lost })));
    expect([...lost]).toEqual(["answer.tool_calls"]);
  });

  test("a stream for a client that asked for none becomes one answer, or says why not", () => {
    const gather = (text_: string) => {
      const gathered = messagesClientCodec.gather?.(new TextEncoder().encode(text_));
      if (gathered === undefined) throw new Error("not gathered");
      return "body" in gathered
        ? (JSON.parse(new TextDecoder().decode(gathered.body)) as unknown)
        : gathered.error;
    };
    for (const [, events] of streams) {
      const stream = streamText(streamOverChat(events));
      const { message } = readStrictly(stream);
      const content = (message["content"] as readonly JsonRecord[]).map((block) =>
        "unreadable" in block
          ? text(`{"name": "${String(block["name"])}", "arguments": ${String(block["unreadable"])}`)
          : block,
      );
      expect<unknown>(gather(stream)).toEqual({ ...message, content });
    }
    expect(gather(streamText(streamOverChat([delta({ content: "a" })])))).toBe(
      "the upstream's stream ended before the answer was complete",
    );
    const failed = streamOverChat([delta({ content: "a" }), { error: { message: "oh" } }]);
    expect(gather(streamText(failed))).toBe("oh");
  });
});

test.each(rules)("any answer %s", (_, run) => run(100));
