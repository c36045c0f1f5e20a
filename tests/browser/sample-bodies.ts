// Bodies for the sample rows, in the wire format each row's path has.
import type { LogRow } from "../../src/ports/browse.ts";

interface Bodies {
  readonly request: string;
  readonly response: string;
}

const system =
  "You are a coding agent working in a TypeScript project. Read before you write, keep changes small, and run the tests.";

const read = {
  id: "call_read_1",
  type: "function",
  function: {
    name: "read_file",
    arguments: '{"path":"src/domain/failover/judge.ts","lines":[40,72]}',
  },
};

const fileText = `export function judge(answer: Answered): Verdict {
  if (answer.status >= 400) return { kind: "failed", reason: "status" };
  return { kind: "served" };
}`;

const tool = (name: string, description: string) => ({
  type: "function",
  function: { name, description, parameters: { type: "object", properties: {} } },
});

function agentRequest(row: LogRow): string {
  return JSON.stringify({
    model: row.original_model,
    stream: true,
    stream_options: { include_usage: true },
    tools: [
      tool("read_file", "Read lines of a file"),
      tool("edit_file", "Replace text in a file"),
      tool("run", "Run a command"),
    ],
    messages: [
      { role: "system", content: system },
      {
        role: "user",
        content: [
          {
            type: "text",
            text: "A 200 whose body is an error object counts as served. It should fail over. This is what the client shows:",
          },
          {
            type: "image_url",
            image_url: { url: `data:image/png;base64,${"iVBORw0KGgo".repeat(4000)}` },
          },
        ],
      },
      { role: "assistant", content: "I will look at how answers are judged.", tool_calls: [read] },
      { role: "tool", tool_call_id: read.id, content: fileText },
    ],
  });
}

const thinking =
  'Only the status is looked at. A 200 with {"error":…} and no choices has to be a failed attempt with status 502, but an answer that carries both must pass. The check belongs before the last return.';
const answer = `The status is all that \`judge\` looks at, so a 200 with an error body is served.

I will add one check: JSON with a top-level \`error\` and none of an answer's own fields fails the attempt, with status 502. An answer that has both, as some servers send, still passes.`;

function streamed(row: LogRow): string {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({
      id: "chatcmpl-9f2",
      object: "chat.completion.chunk",
      created: 1_773_333_720,
      model: row.mapped_model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const pieces = (text: string): readonly string[] => text.match(/\S+\s*/g) ?? [];
  const call = {
    index: 0,
    id: "call_edit_2",
    type: "function",
    function: { name: "edit_file", arguments: "" },
  };
  const edit = [
    '{"path":"src/domain/',
    'judge.ts","find":"return { kind: \\"served\\" };",',
    '"replace":"return plainError(answer.json) === null ? served : errorBody;"}',
  ];
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces(thinking).map((text) => chunk({ reasoning_content: text })),
    ...pieces(answer).map((content) => chunk({ content })),
    chunk({ tool_calls: [call] }),
    ...edit.map((piece) => chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
    chunk({}, "tool_calls"),
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: row.prompt_tokens, completion_tokens: row.completion_tokens } })}\n\n`,
    "data: [DONE]\n\n",
  ].join("");
}

/** What such a call would have carried. */
export function sampleBodies(row: LogRow): Bodies {
  if (row.original_model === "coding-assistant")
    return { request: agentRequest(row), response: streamed(row) };
  const messages = [{ role: "user", content: "Say in one sentence why the sky is blue." }];
  const said = "Because air scatters short wavelengths of sunlight more than long ones.";
  if (row.path === "/v1/embeddings")
    return {
      request: JSON.stringify({
        model: row.original_model,
        input: ["why the sky is blue", "sunsets"],
      }),
      response: JSON.stringify({
        data: [{ embedding: Array.from({ length: 768 }, () => 0.25) }, { embedding: [] }],
      }),
    };
  if (row.path === "/api/chat")
    return {
      request: JSON.stringify({ model: row.original_model, messages }),
      response: `${JSON.stringify({ message: { role: "assistant", content: said }, done: false })}\n${JSON.stringify({ done: true, done_reason: "stop" })}\n`,
    };
  if (row.state === "failed")
    return {
      request: JSON.stringify({ model: row.original_model, messages }),
      response: JSON.stringify({
        error: { message: row.error_message, type: "invalid_request_error" },
      }),
    };
  return {
    request: JSON.stringify({ model: row.original_model, messages, temperature: 0.2 }),
    response: JSON.stringify({
      choices: [{ index: 0, message: { role: "assistant", content: said }, finish_reason: "stop" }],
    }),
  };
}
