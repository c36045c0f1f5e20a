// What the log and the pages make of calls in Anthropic's Messages: the conversation, search, curl, sending again.
import { afterAll, expect, test } from "bun:test";
import type { LogDetail, LogPage } from "../../src/ports/browse.ts";
import { until } from "../lab/live-view.ts";
import { messagesKey, startMessagesServer } from "../lab/messages-server.ts";
import { sse, startScriptedServer } from "../lab/scripted-server.ts";
import { startRouter } from "../lab/start-router.ts";

const answer = {
  content: [
    { type: "thinking", thinking: "about mangosteens", signature: "c2ln" },
    { type: "text", text: "I read the rambutans." },
    { type: "tool_use", id: "toolu_2", name: "read", input: { path: "durians" } },
  ],
  stop: "tool_use",
  usage: { input_tokens: 12, cache_read_input_tokens: 4_000, output_tokens: 7 },
};

const chunk = (delta: object, finish: string | null = null) =>
  JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] });

const claude = startMessagesServer();
const box = startScriptedServer({
  m: sse(
    chunk({ role: "assistant", reasoning_content: "about mangosteens" }),
    chunk({ content: "I read the lychees." }),
    chunk({}, "stop"),
    JSON.stringify({
      choices: [],
      usage: {
        prompt_tokens: 4_012,
        completion_tokens: 7,
        prompt_tokens_details: { cached_tokens: 4_000 },
      },
    }),
    "[DONE]",
  ),
});
const router = await startRouter({
  routes: `
servers:
  claude: { url: "${claude.url}", type: anthropic }
  box: { url: "${box.url}", speaks: [chat] }`,
});

afterAll(async () => {
  await router.stop();
  await Promise.all([claude.stop(), box.stop()]);
});

const request = (model: string, about: string) => ({
  model,
  max_tokens: 100,
  stream: true,
  system: [{ type: "text", text: `You know ${about}.` }],
  tools: [{ name: "read", input_schema: { type: "object" } }],
  messages: [
    { role: "user", content: [{ type: "text", text: "Read it" }] },
    {
      role: "assistant",
      content: [{ type: "tool_use", id: "toolu_1", name: "read", input: { path: "a" } }],
    },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "toolu_1",
          is_error: true,
          content: [{ type: "text", text: `no ${about} there` }],
        },
      ],
    },
  ],
});

const headers = {
  "x-api-key": messagesKey,
  "anthropic-version": "2023-06-01",
  "anthropic-beta": "fine-grained-tool-streaming-2025-05-14",
};

async function detail(id: string): Promise<LogDetail> {
  for (;;) {
    const row = (await (await fetch(`${router.url}/api/logs/${id}`)).json()) as LogDetail;
    if (row.state !== "inflight") return row;
  }
}

async function found(word: string): Promise<readonly string[]> {
  await router.rows();
  const page = await fetch(`${router.url}/api/logs?service_type=anthropic&q=${word}`);
  return ((await page.json()) as LogPage).logs.map(({ id }) => id);
}

async function ask(body: object, shown: Record<string, string> = headers): Promise<string> {
  const response = await router.post("/v1/messages?beta=true", body, shown);
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("x-request-id") ?? "";
}

test("a native stream is found by its words, counted with its cache, and reads as a conversation", async () => {
  claude.says(answer);
  const id = await ask(request("claude/c", "pomelos"));
  expect(await detail(id)).toMatchObject({
    service_type: "anthropic",
    state: "completed",
    prompt_tokens: 4_012,
    cached_tokens: 4_000,
    completion_tokens: 7,
    total_tokens: 4_019,
    finish_reason: "tool_calls",
  });
  for (const word of ["pomelos", "mangosteens", "rambutans", "durians"])
    expect(await found(word)).toContain(id);
  const page = await (await fetch(`${router.url}/request/${id}`)).text();
  for (const words of ["no pomelos there", "failed", "about mangosteens", "I read the rambutans."])
    expect(page).toContain(words);
  expect(page.indexOf("I read the rambutans.")).toBeLessThan(page.indexOf("toolu_2"));
});

test("a translated one likewise, as its server said it", async () => {
  const id = await ask(request("box/m", "salaks"));
  expect(await detail(id)).toMatchObject({
    service_type: "anthropic",
    prompt_tokens: 4_012,
    cached_tokens: 4_000,
    completion_tokens: 7,
    finish_reason: "stop",
  });
  for (const word of ["salaks", "lychees"]) expect(await found(word)).toContain(id);
  expect(await (await fetch(`${router.url}/request/${id}`)).text()).toContain(
    "I read the lychees.",
  );
});

test("its key is shown nowhere, and the curl command asks the shell for it", async () => {
  claude.says(answer);
  const id = await ask(request("claude/c", "langsats"));
  const row = await detail(id);
  const page = await (await fetch(`${router.url}/request/${id}`)).text();
  expect(JSON.stringify(row) + page + router.log.join()).not.toContain(messagesKey);
  expect(row.request_headers).toContainEqual(["x-api-key", "[redacted]"]);
  const command = page.slice(page.indexOf('<pre id="curl"'));
  for (const words of [
    "/v1/messages?beta=true",
    "ANTHROPIC_API_KEY",
    "anthropic-version: 2023-06-01",
    "anthropic-beta: fine-grained-tool-streaming-2025-05-14",
  ])
    expect(command).toContain(words);
});

test("sent again, it goes to the same path with the version, and with the key given for it", async () => {
  claude.says(answer, answer);
  const id = await ask(request("claude/c", "santols"));
  const response = await fetch(`${router.url}/request/${id}/again`, {
    method: "POST",
    body: new URLSearchParams({ key: messagesKey }),
    headers: { origin: router.url },
    redirect: "manual",
  });
  const again = (response.headers.get("location") ?? "").replace("/request/", "");
  expect(await detail(again)).toMatchObject({ state: "completed", status_code: 200 });
  expect(claude.asked.at(-1)).toEqual(claude.asked.at(-2));
});

test("while a stream runs, its page shows what has come", async () => {
  claude.says({ ...answer, stallsAfter: 10 });
  const left = new AbortController();
  const response = await fetch(`${router.url}/v1/messages`, {
    method: "POST",
    headers,
    body: JSON.stringify(request("claude/c", "jackfruit")),
    signal: left.signal,
  });
  const id = response.headers.get("x-request-id") ?? "";
  await until(async () =>
    (await (await fetch(`${router.url}/request/${id}`)).text()).includes("about mangostee"),
  );
  left.abort();
  await claude.aborted();
});
