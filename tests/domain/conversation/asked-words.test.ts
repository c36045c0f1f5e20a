// The words by which a list shows what was asked.
import { expect, test } from "bun:test";
import { askedTurns } from "../../../src/domain/conversation/asked.ts";
import { askedWords } from "../../../src/domain/conversation/asked-words.ts";

const words = (request: Record<string, unknown>) => askedWords(askedTurns(request));
const user = (content: unknown) => ({ role: "user", content });
const call = { id: "c1", type: "function", function: { name: "read_file", arguments: "{}" } };

test.each<readonly [string, Record<string, unknown>, string | null]>([
  ["the last user's turn", { messages: [user("one"), user(" two\n  three ")] }, "two three"],
  [
    "not what an assistant is to continue",
    { messages: [user("a"), { role: "assistant", content: "b" }] },
    "a",
  ],
  [
    "not a reminder that an agent adds",
    { messages: [user("<system-reminder>x</system-reminder>fix it")] },
    "fix it",
  ],
  ["not an unclosed reminder", { messages: [user("fix it <system-reminder>x")] }, "fix it"],
  [
    "the last text that is a person's",
    {
      messages: [
        user([
          { type: "text", text: "fix" },
          { type: "text", text: "<system-reminder>x</system-reminder>" },
        ]),
      ],
    },
    "fix",
  ],
  [
    "other tags as they are",
    { messages: [user("why is <b>x</b> bold?")] },
    "why is <b>x</b> bold?",
  ],
  [
    "the tool whose result came",
    {
      messages: [
        user("a"),
        { role: "assistant", tool_calls: [call] },
        { role: "tool", tool_call_id: "c1", content: "text" },
      ],
    },
    "read_file",
  ],
  [
    "a tool of messages",
    {
      messages: [
        user("a"),
        { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Bash", input: {} }] },
        user([{ type: "tool_result", tool_use_id: "t1", content: "out" }]),
      ],
    },
    "Bash",
  ],
  ["a prompt", { prompt: "once upon" }, "once upon"],
  ["an input", { input: "hello" }, "hello"],
  [
    "an input's items",
    { input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "hi" }] }] },
    "hi",
  ],
  ["not a system prompt", { messages: [{ role: "system", content: "s" }] }, null],
  ["nothing of an empty request", {}, null],
  [
    "nothing of what nobody can see",
    { messages: [user("\u200b\u200d \u2060\ufeff\u202e\u3164")] },
    null,
  ],
])("are %s", (_, request, expected) => {
  expect(words(request)).toBe(expected);
});

test("are one line of at most 200 characters without half a character", () => {
  expect(words({ prompt: `${"x".repeat(199)}😀 more` })).toBe("x".repeat(199));
  expect(words({ prompt: "\ud83d" })?.isWellFormed()).toBe(true);
  expect(words({ prompt: "a ".repeat(1_000_000) })?.length).toBeLessThanOrEqual(200);
});
