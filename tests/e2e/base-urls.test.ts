// Servers whose API lies below a path of its own (https://github.com/QuantumNous/new-api/issues/853).
import { expect, test } from "bun:test";
import { withRouter } from "../lab/start-router.ts";

/** An upstream that answers everything with a chat, or a list of one model, and keeps the paths asked for. */
function startUpstream(list: (path: string) => object) {
  const paths: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { pathname } = new URL(request.url);
      paths.push(`${request.method} ${pathname}`);
      if (request.method === "GET") return Response.json(list(pathname));
      const message = { role: "assistant", content: "Hello" };
      return Response.json({
        choices: [{ index: 0, message, finish_reason: "stop" }],
        message,
        done: true,
      });
    },
  });
  return { paths, origin: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

const ask = { model: "", messages: [{ role: "user", content: "Hello" }], stream: false };

test("an SDK's base URL is used as SDKs use it, for calls, lists and every other path", async () => {
  const upstream = startUpstream(() => ({ object: "list", data: [{ id: "gem" }] }));
  try {
    const routes = `servers: { gemini: "${upstream.origin}/v1beta/openai/" }`;
    const env = { DEFAULT_UPSTREAM: `${upstream.origin}/api/v3` };
    await withRouter({ routes, env }, async (router) => {
      const list = (await (await fetch(`${router.url}/v1/models`)).json()) as {
        data: { id: string }[];
      };
      expect(list.data.map(({ id }) => id)).toEqual(["gem"]);
      await router.post("/v1/chat/completions", { ...ask, model: "gemini/gem" });
      await router.post("/api/chat", { ...ask, model: "gemini/gem" });
      await router.post("/v1/embeddings?a=b", { model: "gemini/gem", input: "x" });
      await router.post("/v1/chat/completions", { ...ask, model: "unheard-of" });
    });
    expect(upstream.paths.toSorted()).toEqual([
      "GET /api/v3/models",
      "GET /v1beta/openai/models",
      "POST /api/v3/chat/completions",
      "POST /v1beta/openai/chat/completions",
      "POST /v1beta/openai/chat/completions",
      "POST /v1beta/openai/embeddings",
    ]);
  } finally {
    await upstream.stop();
  }
});

test("a path before an Ollama server is a reverse proxy's prefix", async () => {
  const upstream = startUpstream(() => ({ models: [{ name: "m:latest", model: "m:latest" }] }));
  try {
    const routes = `servers: { box: { url: "${upstream.origin}/ollama", type: ollama } }`;
    const env = { DEFAULT_UPSTREAM: `${upstream.origin}/ollama2/v1` };
    await withRouter({ routes, env }, async (router) => {
      await fetch(`${router.url}/v1/models`);
      await router.post("/api/chat", { ...ask, model: "box/m" });
      await router.post("/v1/chat/completions", { ...ask, model: "unheard-of" });
    });
    expect(upstream.paths.toSorted()).toEqual([
      "GET /ollama/api/ps",
      "GET /ollama/api/tags",
      "GET /ollama2/v1/models",
      "POST /ollama/api/chat",
      "POST /ollama2/v1/chat/completions",
    ]);
  } finally {
    await upstream.stop();
  }
});
