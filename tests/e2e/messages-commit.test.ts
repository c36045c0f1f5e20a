// Up to where an answer of Anthropic's can still come from another server.
import { afterAll, expect, test } from "bun:test";
import { clients, type ClientName, clientView } from "../lab/client-view.ts";
import { messageEvents, messageStream } from "../lab/messages-answer.ts";
import { plain, sse, startScriptedServer } from "../lab/scripted-server.ts";
import { startRouter } from "../lab/start-router.ts";

const usage = {
  input_tokens: 1,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 1,
};
const thinking = { type: "thinking", thinking: "hm", signature: "c2ln" };
const redacted = { type: "redacted_thinking", data: "x" };
const call = { type: "tool_use", id: "toolu_1", name: "f", input: {} };
const empty = { type: "text", text: "" };

/** Blocks, and then an error. */
function breaking(...content: readonly { readonly type: string }[]) {
  const events = messageEvents({ content, usage }).slice(0, -2);
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  return { type: "text/event-stream", body: messageStream([...events, error]) };
}

const claude = startScriptedServer({
  thinks: breaking(thinking),
  withholds: breaking(redacted),
  calls: breaking(thinking, call),
  opens: breaking(empty),
  nothing: plain("{}"),
  another: plain('{"choices":[{"message":{"content":"hi"}}]}'),
});
const box = startScriptedServer({
  m: sse(
    '{"choices":[{"index":0,"delta":{"role":"assistant","content":"rescued"},"finish_reason":null}]}',
    '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
    "[DONE]",
  ),
  whole: plain(
    '{"choices":[{"index":0,"message":{"role":"assistant","content":"rescued"},"finish_reason":"stop"}]}',
  ),
});
const models = ["thinks", "withholds", "calls", "opens", "nothing", "another"];
const alias = (model: string, commit: string) => {
  // Each has a server of its own, for failures add up.
  const last = model === "nothing" || model === "another" ? "whole" : "m";
  return `  ${model}-${commit}: { commit: ${commit}, instances: [${model}-${commit}/${model}, box/${last}] }`;
};
const commits = ["first_content", "first_answer"];
const pairs = models.flatMap((model) => commits.map((commit) => [model, commit] as const));
const router = await startRouter({
  routes: [
    "servers:",
    `  box: { url: "${box.url}", speaks: [chat] }`,
    ...pairs.map(
      ([model, commit]) =>
        `  ${model}-${commit}: { url: "${claude.url}/${model}/${commit}/v1", type: anthropic }`,
    ),
    "aliases:",
    ...pairs.map(([model, commit]) => alias(model, commit)),
  ].join("\n"),
});

afterAll(async () => {
  await router.stop();
  await Promise.all([claude.stop(), box.stop()]);
});

test.each<[string, string, boolean, "rescued" | "reported"]>([
  ["thinks", "first_content", true, "reported"],
  ["thinks", "first_answer", true, "rescued"],
  ["withholds", "first_answer", true, "rescued"],
  ["calls", "first_answer", true, "reported"],
  ["opens", "first_content", true, "rescued"],
  ["nothing", "first_content", false, "rescued"],
  ["another", "first_content", false, "rescued"],
])("a server that %s, with %s, stream %p: %s", async (model, commit, stream, becomes) => {
  for (const client of Object.keys(clients) as readonly ClientName[]) {
    const response = await router.post(clients[client].path, {
      model: `${model}-${commit}`,
      max_tokens: 10,
      stream,
      messages: [{ role: "user", content: "hi" }],
    });
    const type = response.headers.get("content-type") ?? "";
    const view = clientView(client, response.status, type, await response.text());
    if (becomes === "rescued") expect(view).toMatchObject({ outcome: "whole", text: "rescued" });
    else expect(view).toMatchObject({ outcome: "reported", error: "Overloaded" });
  }
});
