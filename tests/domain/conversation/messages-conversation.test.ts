// Calls in Anthropic's Messages as a conversation: a stream reads as the answer that came whole.
import { describe, expect, test } from "bun:test";
import { createAnsweredReader } from "../../../src/domain/conversation/answered.ts";
import { readConversation } from "../../../src/domain/conversation/read-conversation.ts";
import type { TurnPart } from "../../../src/domain/conversation/turn.ts";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import { messageEvents, messageStream, wholeMessage } from "../../lab/messages-answer.ts";

const text = (said: string): TurnPart => ({ kind: "text", text: said });
const found = {
  type: "web_search_result",
  title: "Lisbon",
  url: "https://example.com/lisbon",
  encrypted_content: "EqgfCioIARgB",
};
const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { q: "x" } };
const cited = {
  type: "text",
  text: "it has seven hills",
  citations: [
    {
      type: "web_search_result_location",
      title: "Lisbon",
      url: "https://example.com/lisbon",
      cited_text: "The city of seven hills",
    },
  ],
};
const hills = {
  title: "Lisbon",
  url: "https://example.com/lisbon",
  quote: "The city of seven hills",
};

/** What each answer reads as, whole and streamed alike. */
const answers: readonly (readonly [string, readonly JsonRecord[], readonly TurnPart[]])[] = [
  [
    "blocks in their own order",
    [
      { type: "thinking", thinking: "first", signature: "c2ln" },
      { type: "text", text: "Let me look." },
      { type: "tool_use", id: "toolu_1", name: "read", input: { path: "a" } },
      { type: "thinking", thinking: "second", signature: "c2ln" },
      { type: "tool_use", id: "toolu_2", name: "now", input: {} },
      { type: "text", text: "Done." },
    ],
    [
      { kind: "thinking", text: "first" },
      text("Let me look."),
      { kind: "tool-call", id: "toolu_1", name: "read", arguments: '{"path":"a"}' },
      { kind: "thinking", text: "second" },
      { kind: "tool-call", id: "toolu_2", name: "now", arguments: "{}" },
      text("Done."),
    ],
  ],
  [
    "thinking that the provider withholds",
    [
      { type: "redacted_thinking", data: "EmwKAhgB" },
      { type: "text", text: "Hi" },
    ],
    [{ kind: "thinking", text: "(withheld by the provider)" }, text("Hi")],
  ],
  [
    "what the server's own tools did, without what only the server can read",
    [
      search,
      { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [found] },
      { type: "text", text: "Found." },
    ],
    [
      { kind: "tool-call", id: "srvtoolu_1", name: "web_search", arguments: '{"q":"x"}' },
      {
        kind: "tool-result",
        id: "srvtoolu_1",
        text: "Lisbon https://example.com/lisbon",
        failed: false,
      },
      text("Found."),
    ],
  ],
  [
    "a server's tool that failed",
    [
      search,
      {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_1",
        content: { type: "web_search_tool_result_error", error_code: "max_uses_exceeded" },
      },
    ],
    [
      { kind: "tool-call", id: "srvtoolu_1", name: "web_search", arguments: '{"q":"x"}' },
      {
        kind: "tool-result",
        id: "srvtoolu_1",
        text: '{"type":"web_search_tool_result_error","error_code":"max_uses_exceeded"}',
        failed: true,
      },
    ],
  ],
  [
    "one text where citations have cut it, with its sources",
    [{ type: "text", text: "They say " }, cited, { type: "text", text: ", and more." }],
    [
      {
        kind: "text",
        text: "They say it has seven hills, and more.",
        sources: [hills],
      },
    ],
  ],
];

describe.each(answers)("an answer reads as %s", (_name, content, parts) => {
  const turn = { role: "assistant", name: null, parts, finish: "end_turn" };

  test("whole", () => {
    const answer = JSON.stringify(wholeMessage({ content }));
    expect(readConversation(null, answer).answered).toEqual([turn]);
  });

  test("streamed", () => {
    const answer = messageStream(messageEvents({ content }));
    expect(readConversation(null, answer).answered).toEqual([turn]);
  });
});

test("a stream that was cut gives what came before the cut, an error that ends it its words", () => {
  const content = [
    { type: "text", text: "Let me" },
    { type: "tool_use", id: "toolu_1", name: "read", input: { path: "abcdefgh" } },
  ];
  const events = messageEvents({ content }).slice(0, -4);
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const { answered, error: said } = readConversation(null, messageStream([...events, error]));
  expect(answered[0]?.parts).toEqual([
    text("Let me"),
    { kind: "tool-call", id: "toolu_1", name: "read", arguments: '{"path":"abcdef' },
  ]);
  expect(said).toBe("Overloaded");
});

test("no more of a stream is put together than is asked for", () => {
  const reader = createAnsweredReader(20);
  const content = [{ type: "text", text: "a".repeat(10_000) }];
  for (const event of messageEvents({ content })) reader.add(event);
  const [part] = reader.turns()[0]?.parts ?? [];
  expect(part?.kind === "text" && part.text.length < 40).toBe(true);
});

/** Blocks of a user's message. */
const asked: readonly (readonly [string, JsonRecord, readonly TurnPart[]])[] = [
  [
    "a result with a picture: its text, and the picture by its size",
    {
      type: "tool_result",
      tool_use_id: "t",
      content: [
        { type: "text", text: "the screen" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: "aGVsbG8=" } },
      ],
    },
    [
      { kind: "tool-result", id: "t", text: "the screen", failed: false },
      { kind: "media", what: "image", label: "image/png", bytes: 5, url: null, data: "aGVsbG8=" },
    ],
  ],
  [
    "a result that is a picture alone: none of its data as text",
    {
      type: "tool_result",
      tool_use_id: "t",
      content: [
        { type: "image", source: { type: "base64", media_type: "image/png", data: "aGVsbG8=" } },
      ],
    },
    [
      { kind: "tool-result", id: "t", text: "", failed: false },
      { kind: "media", what: "image", label: "image/png", bytes: 5, url: null, data: "aGVsbG8=" },
    ],
  ],
  [
    "a result that failed",
    { type: "tool_result", tool_use_id: "t", is_error: true, content: "no such file" },
    [{ kind: "tool-result", id: "t", text: "no such file", failed: true }],
  ],
  [
    "a result without content",
    { type: "tool_result", tool_use_id: "t" },
    [{ kind: "tool-result", id: "t", text: "", failed: false }],
  ],
  [
    "a PDF by its title and size",
    {
      type: "document",
      title: "Report",
      source: { type: "base64", media_type: "application/pdf", data: "aGVsbG8=" },
    },
    [{ kind: "media", what: "file", label: "Report", bytes: 5, url: null }],
  ],
  [
    "a document of text by its title, and its text",
    {
      type: "document",
      title: "Notes",
      source: { type: "text", media_type: "text/plain", data: "Buy milk" },
    },
    [{ kind: "media", what: "file", label: "Notes", bytes: null, url: null }, text("Buy milk")],
  ],
  [
    "a document of blocks by its title, and its blocks",
    {
      type: "document",
      title: "Notes",
      source: { type: "content", content: [{ type: "text", text: "Buy milk" }] },
    },
    [{ kind: "media", what: "file", label: "Notes", bytes: null, url: null }, text("Buy milk")],
  ],
  [
    "a picture by its file's id",
    { type: "image", source: { type: "file", file_id: "file_1" } },
    [{ kind: "media", what: "image", label: "file_1", bytes: null, url: null }],
  ],
  [
    "a search's find by its title and address, and its text",
    {
      type: "search_result",
      title: "Hills",
      source: "https://example.com/hills",
      content: [{ type: "text", text: "Seven" }],
    },
    [
      {
        kind: "media",
        what: "search result",
        label: "Hills",
        bytes: null,
        url: "https://example.com/hills",
      },
      text("Seven"),
    ],
  ],
];

test.each(asked)("a user's block reads as %s", (_name, block, parts) => {
  const request = JSON.stringify({ messages: [{ role: "user", content: [block] }] });
  expect(readConversation(request, null).asked[0]?.parts).toEqual(parts);
});

test("system blocks open the conversation, and an instruction amid it stays in its place", () => {
  const request = JSON.stringify({
    system: [
      { type: "text", text: "Be brief", cache_control: { type: "ephemeral" } },
      { type: "text", text: "Be kind" },
    ],
    messages: [
      { role: "user", content: "Hi" },
      { role: "system", content: "The user is in a hurry" },
    ],
  });
  expect(
    readConversation(request, null).asked.map(({ role, parts }) => [role, parts.length]),
  ).toEqual([
    ["system", 2],
    ["user", 1],
    ["system", 1],
  ]);
});
