// What the log and the pages make of calls to Responses: usage, the conversation, search, curl, sending again.
import { afterAll, describe, expect, test } from "bun:test";
import type { LogDetail, LogPage } from "../../src/ports/browse.ts";
import { plain, sse, startScriptedServer } from "../lab/scripted-server.ts";
import { startRouter } from "../lab/start-router.ts";

const patch = "*** Begin Patch\n*** Add File: kumquats\n*** End Patch\n";
const output = [
  { type: "reasoning", summary: [{ type: "summary_text", text: "about mangosteens" }] },
  { type: "web_search_call", id: "ws_1", action: { type: "search", query: "rambutans" } },
  { type: "message", role: "assistant", content: [{ type: "output_text", text: "I write it." }] },
  { type: "custom_tool_call", call_id: "call_2", name: "apply_patch", input: patch },
];
const response = {
  id: "resp_1",
  object: "response",
  status: "completed",
  error: null,
  output,
  usage: {
    input_tokens: 4_012,
    input_tokens_details: { cached_tokens: 4_000 },
    output_tokens: 70,
    output_tokens_details: { reasoning_tokens: 50 },
    total_tokens: 4_082,
  },
};
const begun = { ...response, status: "in_progress", output: [], usage: null };
const events = [
  { type: "response.created", sequence_number: 0, response: begun },
  { type: "response.output_text.delta", sequence_number: 1, output_index: 2, delta: "I write" },
  ...output.map((item, index) => ({
    type: "response.output_item.done",
    sequence_number: 2 + index,
    output_index: index,
    item,
  })),
];
const chunk = (delta: object, finish: string | null = null) =>
  JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] });

const maker = startScriptedServer({
  plain: plain(JSON.stringify(response)),
  stream: sse(
    ...events.map((event) => JSON.stringify(event)),
    JSON.stringify({ type: "response.completed", sequence_number: 6, response }),
  ),
  cut: sse(...events.map((event) => JSON.stringify(event))),
});
const box = startScriptedServer({
  m: sse(
    chunk({ reasoning_content: "about mangosteens" }),
    chunk({ content: "I write it." }),
    chunk({
      tool_calls: [
        {
          index: 0,
          id: "call_2",
          function: { name: "apply_patch", arguments: JSON.stringify({ input: patch }) },
        },
      ],
    }),
    chunk({}, "tool_calls"),
    JSON.stringify({
      choices: [],
      usage: {
        prompt_tokens: 4_012,
        completion_tokens: 70,
        total_tokens: 4_082,
        prompt_tokens_details: { cached_tokens: 4_000 },
        completion_tokens_details: { reasoning_tokens: 50 },
      },
    }),
    "[DONE]",
  ),
});
const router = await startRouter({
  routes: `
servers:
  maker: { url: "${maker.url}", speaks: [responses] }
  box: { url: "${box.url}", api_key: sk-own }`,
});

afterAll(async () => {
  await router.stop();
  await Promise.all([maker.stop(), box.stop()]);
});

const request = (model: string, stream: boolean) => ({
  model,
  stream,
  store: true,
  tools: [{ type: "custom", name: "apply_patch" }],
  input: [
    {
      type: "additional_tools",
      tools: [{ type: "namespace", name: "fruit", tools: [{ type: "function", name: "peel" }] }],
    },
    { role: "user", content: [{ type: "input_text", text: `Write about pomelos in ${model}` }] },
    { type: "shell_call", call_id: "call_1", action: { commands: [`ls langsats ${model}`] } },
    {
      type: "shell_call_output",
      call_id: "call_1",
      output: [{ stdout: "no santols", stderr: "" }],
    },
  ],
});

async function detail(id: string): Promise<LogDetail> {
  for (;;) {
    const row = (await (await fetch(`${router.url}/api/logs/${id}`)).json()) as LogDetail;
    if (row.state !== "inflight") return row;
  }
}

async function ask(model: string, stream: boolean): Promise<LogDetail> {
  const headers = { authorization: "Bearer sk-clients-key" };
  const answer = await router.post("/v1/responses", request(model, stream), headers);
  await answer.text();
  await router.rows();
  return detail(answer.headers.get("x-request-id") ?? "");
}

const pageOf = async ({ id }: LogDetail) => (await fetch(`${router.url}/request/${id}`)).text();

describe.each<[string, string, boolean]>([
  ["whole", "maker/plain", false],
  ["streamed", "maker/stream", true],
  ["translated", "box/m", true],
])("a call answered %s", (_name, model, stream) => {
  test("is counted, found by all that was said, and reads as a conversation", async () => {
    const row = await ask(model, stream);
    expect(row).toMatchObject({
      service_type: "openai",
      state: "completed",
      prompt_tokens: 4_012,
      cached_tokens: 4_000,
      completion_tokens: 70,
      reasoning_tokens: 50,
      total_tokens: 4_082,
      tokens_estimated: false,
      finish_reason: "tool_calls",
    });
    for (const word of ["pomelos", "langsats", "santols", "mangosteens", "kumquats"]) {
      const found = (await (await fetch(`${router.url}/api/logs?q=${word}`)).json()) as LogPage;
      expect(found.logs.map(({ id }) => id)).toContain(row.id);
    }
    const page = await pageOf(row);
    for (const words of [
      "fruit.peel",
      "no santols",
      "about mangosteens",
      "I write it.",
      "Add File",
    ])
      expect(page).toContain(words);
    expect(page).not.toContain("sk-clients-key");
    const command = page.slice(page.indexOf('<pre id="curl"'));
    for (const words of ["/v1/responses", "OPENAI_API_KEY", "additional_tools"])
      expect(command).toContain(words);
  });

  test("is sent again as it was", async () => {
    const { id } = await ask(model, stream);
    const server = model.startsWith("box") ? box : maker;
    const before = server.lastBody();
    const answer = await fetch(`${router.url}/request/${id}/again`, {
      method: "POST",
      body: new URLSearchParams({ key: "sk-clients-key" }),
      headers: { origin: router.url },
      redirect: "manual",
    });
    const again = (answer.headers.get("location") ?? "").replace("/request/", "");
    expect(await detail(again)).toMatchObject({ state: "completed", resent_from: id });
    expect(server.lastBody()).toBe(before);
  });
});

test("of a stream that was cut, all that came is shown", async () => {
  const row = await ask("maker/cut", true);
  expect(row).toMatchObject({ state: "failed", tokens_estimated: true });
  const page = await pageOf(row);
  for (const words of ["about mangosteens", "I write", "rambutans", "apply_patch"])
    expect(page).toContain(words);
});
