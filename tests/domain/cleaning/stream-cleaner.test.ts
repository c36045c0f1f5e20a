import { describe, expect, test } from "bun:test";
import type { CleanPolicy } from "../../../src/domain/cleaning/clean-text.ts";
import { createStreamCleaner } from "../../../src/domain/cleaning/stream-cleaner.ts";
import { chatSlots } from "../../../src/domain/protocols/openai-chat/slots.ts";
import { protocols } from "../../../src/domain/protocols/protocol.ts";
import { createSseSplitter } from "../../../src/domain/bytes/sse.ts";
import { isRecord, parseJson } from "../../../src/domain/bytes/json.ts";
import { keepAll } from "./cutting.ts";
import {
  bytes,
  cleanedEvents,
  cleanedStream,
  ndjsonStream,
  sseStream,
  decoded,
} from "./streams.ts";

const strip: CleanPolicy = { ...keepAll, stripThinking: "strip" };
const move: CleanPolicy = { ...keepAll, stripThinking: "move" };
const json: CleanPolicy = { ...keepAll, stripJsonMarkdown: true };
const prefilled: CleanPolicy = { ...strip, thinkingPrefilled: true };

const delta = (fields: object, finish: string | null = null, index = 0) => ({
  choices: [{ index, delta: fields, finish_reason: finish }],
});
const bothChoices = {
  choices: [
    { index: 0, delta: { content: "<" } },
    { index: 1, delta: { content: "x" } },
  ],
};
const content = (piece: string) => delta({ content: piece });

describe("there is a cleaner only where there is something to clean", () => {
  test.each([
    ["openai-chat", keepAll, false],
    ["ollama", keepAll, false],
    ["openai-chat", { ...keepAll, thinkingPrefilled: true }, false],
    ["openai-responses", strip, false],
    ["anthropic-messages", strip, false],
    [null, strip, false],
    ["openai-chat", strip, true],
    ["ollama", json, true],
  ] as const)("%s, %o: %p", (protocol, policy, there) => {
    const slots = protocol === null ? null : protocols[protocol].slots;
    expect(createStreamCleaner(slots, policy) !== null).toBe(there);
  });
});

describe("each event leaves as early as its text allows, and changed only where it must", () => {
  test.each<[string, CleanPolicy, readonly object[], readonly (readonly object[])[]]>([
    [
      "an untouched event leaves at once",
      strip,
      [content("a"), content("b")],
      [[content("a")], [content("b")], []],
    ],
    [
      "an event waits only while its tail may be a tag",
      strip,
      [content("a <"), content("th"), content("e b")],
      [[], [], [content("a <"), content("th"), content("e b")], []],
    ],
    [
      "events that lose all are dropped, others keep the rest",
      strip,
      [content("a<think>"), content("b"), content("</think>c")],
      [[content("a")], [], [content("c")], []],
    ],
    [
      "role, finish reason and usage are never dropped",
      strip,
      [
        delta({ role: "assistant", content: "<think>" }),
        content("a"),
        { ...content("b"), usage: { total_tokens: 1 } },
        delta({ content: "</think>" }, "stop"),
      ],
      [
        [delta({ role: "assistant", content: "" })],
        [],
        [{ ...content(""), usage: { total_tokens: 1 } }],
        [delta({ content: "" }, "stop")],
        [],
      ],
    ],
    [
      "tool calls, reasoning and log probabilities beside removed text stay",
      strip,
      [
        delta({ content: "<think>", tool_calls: [{ index: 0 }] }),
        delta({ content: "a", reasoning_content: "r" }),
        {
          choices: [{ index: 0, delta: { content: "b" }, logprobs: { content: [{ token: "b" }] } }],
        },
        delta({ content: "c", refusal: null, tool_calls: [] }),
      ],
      [
        [delta({ content: "", tool_calls: [{ index: 0 }] })],
        [delta({ content: "", reasoning_content: "r" })],
        [
          {
            choices: [
              { index: 0, delta: { content: "" }, logprobs: { content: [{ token: "b" }] } },
            ],
          },
        ],
        [],
        [],
      ],
    ],
    [
      "moved text goes beside the content, blocks with a blank line between",
      move,
      [
        content("<think>\na "),
        content("b\n"),
        content("</think>\n\nc<think>"),
        content("d</think>e"),
      ],
      [
        [],
        [delta({ content: "", reasoning_content: "a " })],
        [delta({ content: "", reasoning_content: "b" }), content("c")],
        [delta({ content: "e", reasoning_content: "\n\nd" })],
        [],
      ],
    ],
    [
      "moved text follows the event's own reasoning",
      move,
      [
        delta({ reasoning_content: "own" }),
        delta({ reasoning_content: null, content: "<think>a" }),
      ],
      [
        [delta({ reasoning_content: "own" })],
        [delta({ reasoning_content: "\n\na", content: "" })],
        [],
      ],
    ],
    [
      "what waits at the finish leaves before it, as it came",
      strip,
      [content("a <th"), delta({}, "length")],
      [[], [content("a <th"), delta({}, "length")], []],
    ],
    [
      "what waits when the stream ends without a finish leaves at its end",
      strip,
      [content("\n\n")],
      [[], [content("\n\n")]],
    ],
    [
      "a tool call does not wait behind white space",
      strip,
      [content("\n\n"), delta({ tool_calls: [{ index: 0 }] }), delta({}, "tool_calls")],
      [[], [delta({ tool_calls: [{ index: 0 }] })], [content("\n\n"), delta({}, "tool_calls")], []],
    ],
    [
      "but parts of one tool call stay in order",
      strip,
      [
        delta({ content: "\n", tool_calls: [{ index: 0, function: { arguments: "{" } }] }),
        delta({ tool_calls: [{ index: 0, function: { arguments: "}" } }] }),
        content("a"),
      ],
      [
        [],
        [],
        [
          delta({ content: "\n", tool_calls: [{ index: 0, function: { arguments: "{" } }] }),
          delta({ tool_calls: [{ index: 0, function: { arguments: "}" } }] }),
          content("a"),
        ],
        [],
      ],
    ],
    [
      "a choice does not wait for another",
      strip,
      [
        delta({ content: "<" }, null, 0),
        delta({ content: "a" }, null, 1),
        delta({ content: "b" }, null, 0),
      ],
      [
        [],
        [delta({ content: "a" }, null, 1)],
        [delta({ content: "<" }, null, 0), delta({ content: "b" }, null, 0)],
        [],
      ],
    ],
    [
      "an event of two choices waits for both, and each choice's later ones behind it",
      strip,
      [bothChoices, delta({ content: "y" }, null, 1), delta({ content: "b" }, null, 0)],
      [
        [],
        [],
        [bothChoices, delta({ content: "b" }, null, 0), delta({ content: "y" }, null, 1)],
        [],
      ],
    ],
    [
      "a pre-filled block waits for its closing tag",
      prefilled,
      [content("a"), content("b</think>"), content("\n\nc")],
      [[], [], [content("c")], []],
    ],
    [
      "an answer that was not pre-filled leaves as it came",
      prefilled,
      [content("a"), content("b"), delta({}, "stop")],
      [[], [], [content("a"), content("b"), delta({}, "stop")], []],
    ],
    [
      "a fence line goes, the lines around stay",
      json,
      [
        content("```"),
        content("json\n"),
        content("{}"),
        content("\n``"),
        content("`\n"),
        content("ok"),
      ],
      [[], [], [content("{}")], [], [content("\n")], [content("ok")], []],
    ],
    [
      "content of parts is left alone",
      strip,
      [delta({ content: [{ type: "text", text: "<think>" }] })],
      [[delta({ content: [{ type: "text", text: "<think>" }] })], []],
    ],
  ])("%s", (_name, policy, events, sent) => {
    const got = cleanedEvents("openai-chat", policy, sseStream(...events));
    expect(got).toEqual(sent.map((list) => list.map((event) => sseStream(event))));
  });

  test("[DONE] comes behind what waited", () => {
    const stream = `${sseStream(content("a"), content("<"))}data: [DONE]\n\n`;
    expect(cleanedEvents("openai-chat", strip, stream)).toEqual([
      [sseStream(content("a"))],
      [],
      [sseStream(content("<")), "data: [DONE]\n\n"],
      [],
    ]);
  });
});

describe("a changed event keeps every byte but its text's", () => {
  test.each([
    [
      "spacing, key order, numbers, other fields",
      'data: {"n":12345678901234567890, "choices" : [ {"delta":{"x":1.0,"content" : "a<think>b</think>","y":[{}]},"index":0 } ], "z":"\\u00e9"}\n\n',
      '"a<think>b</think>"',
      '"a"',
    ],
    [
      "the stream's other fields and CRLF",
      'id: 7\r\nevent: x\r\n: note\r\ndata:{"choices":[{"index":0,"delta":{"content":"a<think>"}}]}\r\nretry: 9\r\n\r\n',
      '"a<think>"',
      '"a"',
    ],
    [
      "a byte order mark",
      '\uFEFFdata: {"choices":[{"index":0,"delta":{"content":"<think>a</think>b"}}]}\n\n',
      '"<think>a</think>b"',
      '"b"',
    ],
    [
      "a repeated key, of which the last counts",
      'data: {"choices":[{"index":0,"delta":{"content":"<think>","content":"<think>a</think>b"}}]}\n\n',
      '"<think>a</think>b"',
      '"b"',
    ],
    [
      "a text that needs escapes",
      'data: {"choices":[{"index":0,"delta":{"content":"<think>a</think>\\"\\\\\\n\\ud83d"}}]}\n\n',
      '"<think>a</think>\\"\\\\\\n\\ud83d"',
      '"\\"\\\\\\n\\ud83d"',
    ],
  ])("%s", (_name, event, before, after) => {
    const sent = cleanedStream("openai-chat", strip, event);
    expect(`\uFEFF${sent}`.endsWith(event.replace(before, after))).toBe(true);
    expect(sent.length).toBe(
      event.replace(before, after).length - (event.startsWith("\uFEFF") ? 1 : 0),
    );
  });

  test("JSON on several data lines comes out on one, the event's other lines as they were", () => {
    const event =
      'id: 7\ndata: {"choices":[{"index":0,\ndata: "delta":{"content":"a<think>"}}]}\n\n';
    expect(cleanedStream("openai-chat", strip, event)).toBe(
      'id: 7\ndata: {"choices":[{"index":0, "delta":{"content":"a"}}]}\n\n',
    );
  });

  test("comments and events without choices pass", () => {
    const stream = `: ping\n\n${sseStream({ error: { message: "x" } })}${sseStream({ choices: [], usage: { total_tokens: 1 } })}`;
    expect(cleanedStream("openai-chat", strip, stream)).toBe(stream);
  });
});

describe("Ollama's lines are cleaned likewise", () => {
  const chat = (fields: object, rest: object = { done: false }) => ({
    model: "m",
    message: { role: "assistant", ...fields },
    ...rest,
  });
  const generate = (response: string, rest: object = {}) => ({
    model: "m",
    response,
    done: false,
    ...rest,
  });

  test.each<[string, CleanPolicy, readonly object[], readonly object[]]>([
    [
      "chat, stripped: each line has its role, and stays",
      strip,
      [chat({ content: "<think>" }), chat({ content: "a</think>" }), chat({ content: "b" })],
      [chat({ content: "" }), chat({ content: "" }), chat({ content: "b" })],
    ],
    [
      "chat, moved into `thinking`",
      move,
      [
        chat({ content: "<think>a</think>b", thinking: "" }),
        chat({ content: "<" }, { done: true, eval_count: 2 }),
      ],
      [
        chat({ content: "b", thinking: "a" }),
        chat({ content: "<" }, { done: true, eval_count: 2 }),
      ],
    ],
    [
      "generate, stripped",
      strip,
      [
        generate("<think>a"),
        generate("</think>"),
        generate("b"),
        generate("", { done: true, context: [1] }),
      ],
      [generate("b"), generate("", { done: true, context: [1] })],
    ],
    [
      "generate, moved",
      move,
      [generate("<think>a</think>b")],
      [{ model: "m", response: "b", thinking: "a", done: false }],
    ],
    [
      "lines that bring their own thinking stay",
      strip,
      [generate("<think>", { thinking: "own" }), generate("x")],
      [generate("", { thinking: "own" })],
    ],
  ])("%s", (_name, policy, lines, sent) => {
    expect(cleanedStream("ollama", policy, ndjsonStream(...lines))).toBe(ndjsonStream(...sent));
  });
});

test("a stream is cleaned alike wherever its bytes are cut", () => {
  const events = ["<think>🤔", " é</think>\n\n🙂 a <", " b", "\n```json\n[1]\n```"].map(content);
  const stream = bytes(sseStream(...events, delta({}, "stop")));
  const policy = { ...move, stripJsonMarkdown: true };
  const whole = cleanedStream("openai-chat", policy, decoded(stream));
  for (let cut = 0; cut <= stream.length; cut++) {
    const cleaner = createStreamCleaner(chatSlots, policy)!;
    const splitter = createSseSplitter();
    const sent = [stream.slice(0, cut), stream.slice(cut)]
      .flatMap((piece) => [...splitter.push(piece)])
      .flatMap((frame) => {
        const parsed = parseJson(frame.data ?? "");
        return [...cleaner.frame(frame, isRecord(parsed) ? parsed : null)];
      });
    expect([...sent, ...cleaner.end()].map(decoded).join("")).toBe(whole);
  }
});
