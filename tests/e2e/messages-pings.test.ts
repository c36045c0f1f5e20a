// Silences on Anthropic's surface: a comment before the answer, the event ping within it; the SDK reads past both.
import { expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { withRouter } from "../lab/start-router.ts";

const ping = 'event: ping\ndata: {"type": "ping"}\n\n';
const request = { max_tokens: 9, messages: [{ role: "user", content: "hi" } as const] };

test.concurrent.each([
  ["native", "type: anthropic"],
  ["translated", "speaks: [chat]"],
])("%s", async (_, keys) => {
  const fake = await startFakeModel({ name: "fake", models: ["m"] });
  const env = { SSE_KEEPALIVE: "0.1" };
  const routes = `servers: { s: { url: "${fake.url}", ${keys} } }`;
  try {
    await withRouter({ env, routes }, async ({ url }) => {
      fake.script([
        { kind: "stall", when: "before-head" },
        { kind: "stall", when: "mid-content" },
      ]);
      const body = { model: "s/m", stream: true, ...request };
      const waiting = await rawRequest(url, { path: "/v1/messages", body });
      await waiting.waitFor(": ping\n");
      expect(waiting.text()).not.toContain("event:");
      waiting.leave();
      const silent = await rawRequest(url, { path: "/v1/messages", body });
      await silent.waitFor(ping);
      const said = silent.text();
      expect(said.indexOf("event: message_start")).toBeLessThan(said.indexOf(ping));
      expect(said).toContain("text_delta");
      silent.leave();

      fake.script([{ kind: "answer", firstTokenMs: 300, betweenMs: 200, content: "a b" }]);
      const client = new Anthropic({ baseURL: url, apiKey: "k", maxRetries: 0 });
      const message = await client.messages.stream({ model: "s/m", ...request }).finalMessage();
      expect(message.content).toMatchObject([{ type: "text", text: "a b" }]);
    });
  } finally {
    await fake.stop();
  }
});
