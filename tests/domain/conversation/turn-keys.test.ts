// Keys of conversations: what has to be told apart, and what clients change without meaning anything.
import { describe, expect, test } from "bun:test";
import { askedTurns } from "../../../src/domain/conversation/asked.ts";
import { conversationKeys, turnKeys } from "../../../src/domain/conversation/turn-keys.ts";
import type { TurnPart } from "../../../src/domain/conversation/turn.ts";
import { shortenedJson } from "../../../src/domain/bytes/shortened-json.ts";

type Message = Readonly<Record<string, unknown>>;

const user = (content: unknown): Message => ({ role: "user", content });
const assistant = (content: unknown, own: Message = {}): Message => ({
  role: "assistant",
  content,
  ...own,
});
const keysOf = (...messages: readonly Message[]) => turnKeys(askedTurns({ messages }));
const keyOf = (...messages: readonly Message[]) => keysOf(...messages).at(-1);
const ofParts = (...parts: readonly TurnPart[]) =>
  turnKeys([{ role: "user", name: null, parts, finish: null }]).at(-1);

test("each beginning has the key that it has as a request of its own", () => {
  const messages = [user("one"), assistant("first"), user("two")];
  const keys = keysOf(...messages);
  expect(keys).toHaveLength(3);
  for (const [index, key] of keys.entries()) {
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(key).toBe(keyOf(...messages.slice(0, index + 1))!);
  }
  expect(new Set(keys).size).toBe(3);
});

test("keys stay as they are, since rows keep them", () => {
  expect(keysOf(user("one"), assistant("first"))).toEqual(["17b78028307392f6", "fe59b0011700808c"]);
});

const call = (own: object, id: string) => ({
  tool_calls: [{ id, type: "function", function: { name: "read", arguments: "{}", ...own } }],
});
const image = (data: string) => [
  { type: "image_url", image_url: { url: `data:image/png;base64,${data}` } },
];
const long = "x".repeat(5_000);

test.each<[string, Message, Message]>([
  ["words", user("one"), user("two")],
  ["roles", user("one"), assistant("one")],
  ["what divides texts", user("ab"), user(["a", "b"].map((text) => ({ type: "text", text })))],
  [
    "a tool call's arguments",
    assistant("", call({}, "1")),
    assistant("", call({ arguments: "[]" }, "1")),
  ],
  ["tools", assistant("", call({}, "1")), assistant("", call({ name: "write" }, "1"))],
  ["images", user(image("aaaa")), user(image("aaab"))],
  ["the end of a long text", user(`${long}1`), user(`${long}2`)],
  [
    "the middle of a long text",
    user(long + "y".repeat(500) + long),
    user(long + "z".repeat(500) + long),
  ],
  ["the length of a long text", user(long), user(`${long}x`)],
])("%s make another key", (_, one, other) => {
  expect(keyOf(one)).not.toBe(keyOf(other)!);
});

test.each<[string, readonly Message[], readonly Message[]]>([
  ["the form of a content", [user("one")], [user([{ type: "text", text: "one" }])]],
  [
    "marks for a cache",
    [user([{ type: "text", text: "one", cache_control: { type: "ephemeral" } }])],
    [user("one")],
  ],
  [
    "what the model thought",
    [user("one"), assistant("said", { reasoning_content: "hm" })],
    [user("one"), assistant("said")],
  ],
  ["system prompts", [{ role: "system", content: "It is noon." }, user("one")], [user("one")]],
  ["ids of tool calls", [assistant("", call({}, "1"))], [assistant("", call({}, "2"))]],
])("%s make no other key", (_, one, other) => {
  expect(keyOf(...one)).toEqual(keyOf(...other));
});

test.each<[string, unknown]>([
  ["a text", "é\u0000".repeat(200_000)],
  ["an image", image("A".repeat(500_000))],
  ["what has no name", [{ type: "odd", data: "\u0001".repeat(400_000) }]],
  ["a sound", [{ type: "input_audio", input_audio: { format: "wav", data: "A".repeat(500_000) } }]],
])("%s that was cut when it was read has the key of the whole", (_, content) => {
  const body = { messages: [user(content)] };
  const cut = shortenedJson(new TextEncoder().encode(JSON.stringify(body)), 196_608);
  expect(cut).not.toBeNull();
  const read: unknown = JSON.parse(new TextDecoder().decode(cut!));
  expect(turnKeys(askedTurns(read as typeof body))).toEqual(turnKeys(askedTurns(body)));
});

test("every kind of part that is asked counts", () => {
  const parts: readonly TurnPart[] = [
    { kind: "text", text: "a" },
    { kind: "refusal", text: "a" },
    { kind: "tool-call", id: null, name: "a", arguments: "" },
    { kind: "tool-result", id: null, text: "a", failed: false },
    { kind: "media", what: "a", label: null, bytes: null, url: null },
    { kind: "other", type: "a", json: "" },
  ];
  const keys = parts.map((part) => ofParts(part));
  expect(new Set([...keys, ofParts()]).size).toBe(parts.length + 1);
});

describe("an opening", () => {
  const openingOf = (...messages: readonly Message[]) =>
    conversationKeys(askedTurns({ messages }))?.opening;

  test("is what was asked before the first answer", () => {
    const opening = keyOf(user("one"), user("more"))!;
    expect(openingOf(user("one"), user("more"))).toBe(opening);
    expect(openingOf(user("one"), user("more"), assistant("first"), user("two"))).toBe(opening);
  });

  test("holds a greeting that came before any question", () => {
    const opening = keyOf(assistant("Hello!"), user("one"))!;
    expect(openingOf(assistant("Hello!"), user("one"), assistant("first"))).toBe(opening);
  });

  test("is missing where nothing was asked", () => {
    expect(conversationKeys([])).toBeNull();
    expect(conversationKeys(askedTurns({ system: "You help.", messages: [] }))).toBeNull();
  });
});
