// What people and the search read of the items of Responses.
import { describe, expect, test } from "bun:test";
import { createAnsweredReader } from "../../../src/domain/conversation/answered.ts";
import { askedTurns } from "../../../src/domain/conversation/asked.ts";
import { offeredTools } from "../../../src/domain/conversation/request-settings.ts";
import { askedText } from "../../../src/domain/conversation/search-text.ts";
import type { TurnPart } from "../../../src/domain/conversation/turn.ts";

const call = (name: string, given: string): TurnPart => ({
  kind: "tool-call",
  id: "c",
  name,
  arguments: given,
});
const result = (text: string, failed = false): TurnPart => ({
  kind: "tool-result",
  id: "c",
  text,
  failed,
});
const image = {
  kind: "media",
  what: "image",
  label: "image/png",
  bytes: 3,
  url: null,
  data: "AAAA",
} as const;
const asked = (item: object) => askedTurns({ input: [{ type: "message", role: "user" }, item] });

test.each<[string, object, string, readonly TurnPart[]]>([
  [
    "a custom tool's call",
    { type: "custom_tool_call", call_id: "c", id: "ctc", name: "apply_patch", input: "*** Begin" },
    "assistant",
    [call("apply_patch", "*** Begin")],
  ],
  [
    "a call in a namespace",
    { type: "function_call", call_id: "c", name: "send", namespace: "mail", arguments: "{}" },
    "assistant",
    [call("mail.send", "{}")],
  ],
  [
    "a result with an image",
    {
      type: "function_call_output",
      call_id: "c",
      output: [
        { type: "input_text", text: "a map" },
        { type: "input_image", image_url: "data:image/png;base64,AAAA" },
      ],
    },
    "tool",
    [result("a map"), image],
  ],
  [
    "a result that is an image",
    {
      type: "custom_tool_call_output",
      call_id: "c",
      output: [{ type: "input_image", image_url: "data:image/png;base64,AAAA" }],
    },
    "tool",
    [result(""), image],
  ],
  [
    "reasoning of two summaries",
    {
      type: "reasoning",
      summary: [
        { type: "summary_text", text: "first" },
        { type: "summary_text", text: "then" },
      ],
      encrypted_content: "gAAA",
    },
    "assistant",
    [
      { kind: "thinking", text: "first" },
      { kind: "thinking", text: "then" },
    ],
  ],
  [
    "reasoning that is sealed",
    { type: "reasoning", summary: [], encrypted_content: "gAAA" },
    "assistant",
    [{ kind: "thinking", text: "(withheld by the provider)" }],
  ],
  [
    "a command",
    { type: "local_shell_call", call_id: "c", action: { type: "exec", command: ["ls"] } },
    "assistant",
    [call("local_shell", '{"type":"exec","command":["ls"]}')],
  ],
  [
    "what commands printed",
    {
      type: "shell_call_output",
      call_id: "c",
      output: [
        { stdout: "a", stderr: "", outcome: { type: "exit", exit_code: 0 } },
        { stdout: "", stderr: "no such file" },
      ],
    },
    "tool",
    [result("a\nno such file")],
  ],
  [
    "a patch that failed",
    { type: "apply_patch_call_output", call_id: "c", status: "failed", output: "no match" },
    "tool",
    [result("no match", true)],
  ],
  [
    "a search of the web",
    { type: "web_search_call", id: "c", action: { type: "search", query: "weather" } },
    "assistant",
    [call("web_search", '{"type":"search","query":"weather"}')],
  ],
  [
    "a call of a remote tool, with what it brought",
    {
      type: "mcp_call",
      id: "c",
      server_label: "wiki",
      name: "ask",
      arguments: "{}",
      error: { message: "gone" },
    },
    "assistant",
    [call("wiki.ask", "{}"), result('{"message":"gone"}', true)],
  ],
  [
    "a picture that was made",
    { type: "image_generation_call", id: "c", result: "AAAA" },
    "assistant",
    [{ kind: "media", what: "image", label: null, bytes: 3, url: null, data: "AAAA" }],
  ],
  [
    "tools that were found",
    {
      type: "tool_search_output",
      call_id: "c",
      tools: [{ type: "namespace", name: "mail", tools: [{ type: "function", name: "send" }] }],
    },
    "tool",
    [result("mail.send")],
  ],
  [
    "a kind that nobody has words for",
    { type: "hologram", x: 1 },
    "assistant",
    [{ kind: "other", type: "hologram", json: '{"type":"hologram","x":1}' }],
  ],
])("%s", (_name, item, role, parts) => {
  expect(asked(item)).toEqual([{ role, name: null, parts, finish: null }]);
});

test("tools that items bring are offered, and are no turn", () => {
  const request = {
    tools: [{ type: "custom", name: "apply_patch" }, { type: "web_search" }],
    input: [
      { role: "user", content: "hi" },
      {
        type: "additional_tools",
        tools: [
          { type: "namespace", name: "mail", tools: [{ type: "function", name: "send" }] },
          { type: "function", name: "read" },
        ],
      },
    ],
  };
  expect(offeredTools(request).map(({ name }) => name)).toEqual([
    "apply_patch",
    "web_search",
    "mail.send",
    "read",
  ]);
  expect(askedTurns(request)).toHaveLength(1);
});

test("a text's sources are shown with it", () => {
  const content = [
    {
      type: "output_text",
      text: "Rain.",
      annotations: [{ type: "url_citation", url: "https://a.example", title: "A" }],
    },
  ];
  expect(
    askedTurns({ input: [{ type: "message", role: "assistant", content }] })[0]?.parts,
  ).toEqual([
    {
      kind: "text",
      text: "Rain.",
      sources: [{ title: "A", url: "https://a.example", quote: null }],
    },
  ]);
});

test("the search finds commands, and not the bytes of pictures", () => {
  const input = [
    { role: "user", content: "hi" },
    { type: "shell_call", call_id: "c", action: { commands: ["make all"] } },
    {
      type: "function_call_output",
      call_id: "c",
      output: [{ type: "input_image", image_url: `data:image/png;base64,${"A".repeat(400)}` }],
    },
  ];
  const words = askedText(askedTurns({ input }), () => true);
  expect(words).toContain("make all");
  expect(words).not.toContain("AAAA");
});

describe("of a stream that was cut", () => {
  const read = (...events: readonly object[]) => {
    const reader = createAnsweredReader();
    for (const event of events) reader.add(event as Record<string, unknown>);
    return reader;
  };
  const begun = [
    { type: "response.output_item.added", output_index: 0, item: { type: "reasoning", id: "r" } },
    { type: "response.reasoning_summary_text.delta", output_index: 0, delta: "hm" },
    {
      type: "response.output_item.done",
      output_index: 0,
      item: { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
    },
    {
      type: "response.output_item.done",
      output_index: 1,
      item: { type: "web_search_call", id: "c", action: { query: "x" } },
    },
    {
      type: "response.output_item.added",
      output_index: 2,
      item: { type: "custom_tool_call", call_id: "c", name: "apply_patch", input: "" },
    },
    { type: "response.custom_tool_call_input.delta", output_index: 2, delta: "*** Be" },
    { type: "response.output_text.delta", output_index: 3, delta: "Do" },
  ];
  const parts: readonly TurnPart[] = [
    { kind: "thinking", text: "hm" },
    { kind: "text", text: "Do" },
    call("web_search", '{"query":"x"}'),
    call("apply_patch", "*** Be"),
  ];

  test("custom calls and what the server did are there", () => {
    expect(read(...begun).turns()[0]?.parts).toEqual(parts);
  });

  test("the response that failed does not hide what had begun", () => {
    const output = [{ type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] }];
    const failed = {
      type: "response.failed",
      response: { status: "failed", output, error: { message: "lost" } },
    };
    const reader = read(...begun, failed);
    expect(reader.turns()[0]?.parts).toEqual(parts);
    expect(reader.error()).toBe("lost");
    expect(read(failed).turns()[0]?.parts).toEqual([{ kind: "thinking", text: "hm" }]);
  });
});
