// An Ollama whose context is too small for what an agent sends: the row says that the prompt was cut.
import { expect, test } from "bun:test";
import { withRouter } from "../lab/start-router.ts";

const words = "Please look at what the function returns where its list is empty; ".repeat(1_000);

test("a prompt that does not fit the context that Ollama says its model has is marked as cut", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/tags") return Response.json({ models: [{ name: "qwen3:latest" }] });
      if (pathname === "/api/ps")
        return Response.json({ models: [{ name: "qwen3:latest", context_length: 4_096 }] });
      const { messages } = (await request.json()) as { messages: readonly { content: string }[] };
      // Whole messages are left out, so that it is hardly ever as many as fit.
      const tokens = Math.min(3_911, Math.round((messages[0]?.content.length ?? 0) / 5));
      return Response.json({
        message: { role: "assistant", content: "ok" },
        done: true,
        done_reason: "stop",
        prompt_eval_count: tokens,
        eval_count: 1,
      });
    },
  });
  const routes = `servers: { box: { url: "http://127.0.0.1:${server.port}", type: ollama } }`;
  try {
    await withRouter({ routes }, async (router) => {
      while (!(await (await fetch(`${router.url}/api/upstreams`)).text()).includes('"loaded":[{'))
        await Bun.sleep(5);
      const ask = async (content: string) => {
        const messages = [{ role: "user", content }];
        const sent = await router.post("/api/chat", {
          model: "box/qwen3",
          messages,
          stream: false,
        });
        expect(sent.status).toBe(200);
        return (await router.rows())[0]?.["warnings"];
      };
      expect(await ask("What is this?")).toEqual([]);
      expect(await ask(words)).toEqual(["prompt_truncated"]);
      const headers = { accept: "text/html" };
      const page = await (await fetch(router.url, { headers })).text();
      expect(page).toContain("The upstream read less of the prompt than was sent");
    });
  } finally {
    await server.stop(true);
  }
});
