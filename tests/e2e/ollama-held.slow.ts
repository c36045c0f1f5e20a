// Answers that would have to be held to be sent to Ollama's clients, and are larger than may be.
import { expect, test } from "bun:test";
import { plain, sse, startScriptedServer } from "../lab/scripted-server.ts";
import { withRouter } from "../lab/start-router.ts";

const part = "x".repeat(1 << 24);
const event = JSON.stringify({ choices: [{ index: 0, delta: { content: part } }] });
const end = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });

test.each([
  ["whole", true],
  ["whole", false],
  ["stream", false],
])(
  "a %s of 48 MiB, streamed: %p, is refused in words",
  (model, stream) => refusesHuge(model, stream),
  {
    timeout: 60_000,
  },
);

async function refusesHuge(model: string, stream: boolean): Promise<void> {
  const upstream = startScriptedServer({
    whole: plain(JSON.stringify({ choices: [{ message: { content: part + part + part } }] })),
    stream: sse(event, event, event, end, "[DONE]"),
  });
  try {
    await withRouter({ env: { DEFAULT_UPSTREAM: upstream.url } }, async (router) => {
      const messages = [{ role: "user", content: "hi" }];
      const answer = await router.post("/api/chat", { model, messages, stream });
      expect(answer.status).toBe(502);
      const { error } = (await answer.json()) as { error: string };
      expect(error).toContain("larger than may be held");
    });
  } finally {
    await upstream.stop();
  }
}
