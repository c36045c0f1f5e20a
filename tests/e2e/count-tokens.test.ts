// Counting tokens before a call is made: by the server where it can, else by what the log knows.
import { expect, test } from "bun:test";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { until } from "../lab/live-view.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";

const path = "/v1/messages/count_tokens";
const hi = { model: "m", messages: [{ role: "user" as const, content: "Hello there" }] };
const long = { ...hi, messages: [{ role: "user" as const, content: "word ".repeat(2_000) }] };

interface Counter {
  readonly url: string;
  readonly paths: readonly string[];
  stop(): Promise<void>;
}

/** A server of chats, which counts 1,000 tokens for every prompt. @param count answers to `count_tokens` */
function startCounter(count: () => Response | Promise<Response>): Counter {
  const paths: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "GET") return Response.json({ object: "list", data: [] });
      paths.push(pathname);
      if (pathname === path) return count();
      if (pathname !== "/v1/chat/completions") return new Response("", { status: 404 });
      return Response.json({
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "m",
        choices: [
          { index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" },
        ],
        usage: { prompt_tokens: 1_000, completion_tokens: 1, total_tokens: 1_001 },
      });
    },
  });
  return { url: server.url.origin, paths, stop: () => server.stop(true) };
}

async function withCounter(
  count: () => Response | Promise<Response>,
  run: (router: TestRouter, server: Counter) => Promise<void>,
): Promise<void> {
  const server = startCounter(count);
  try {
    await withRouter({ env: { DEFAULT_UPSTREAM: server.url } }, (router) => run(router, server));
  } finally {
    await server.stop();
  }
}

const unknown = () => new Response("404 page not found", { status: 404 });

async function estimateOf(router: TestRouter, request: object): Promise<number> {
  const answer = await router.post(path, request);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-smolrouter-estimated")).toBe("input_tokens");
  expect(answer.headers.get("request-id")).toBe(answer.headers.get("x-request-id"));
  const body = (await answer.json()) as { input_tokens: number };
  expect(Object.keys(body)).toEqual(["input_tokens"]);
  return body.input_tokens;
}

test("a server that counts is asked, and its answer passes", async () => {
  await withCounter(
    () => Response.json({ input_tokens: 42 }),
    async (router, server) => {
      const client = new Anthropic({ baseURL: router.url, apiKey: "k", maxRetries: 0 });
      const { data, response } = await client.messages.countTokens(hi).withResponse();
      expect(data).toMatchObject({ input_tokens: 42 });
      expect(response.headers.get("x-smolrouter-estimated")).toBeNull();
      expect(server.paths).toEqual([path]);
      expect(await router.row()).toMatchObject({
        path,
        state: "completed",
        status_code: 200,
        protocol: "native",
        service_type: "anthropic",
      });
    },
  );
});

test("one that cannot is asked once, and estimated for from then on", async () => {
  await withCounter(unknown, async (router, server) => {
    const size = JSON.stringify(long).length;
    expect(await estimateOf(router, long)).toBe(Math.round(size / 4));
    expect(await estimateOf(router, long)).toBe(Math.round(size / 4));
    expect(server.paths).toEqual([path]);
    const rows = await router.rows();
    expect(rows.map((row) => [row.state, row.status_code, row.attempts.length])).toEqual([
      ["completed", 200, 0],
      ["completed", 200, 1],
    ]);
  });
});

test("the estimate follows what the model counted before, through a restart, too", async () => {
  const server = startCounter(unknown);
  const half = { ...long, messages: [{ role: "user", content: "word ".repeat(1_000) }] };
  const share = JSON.stringify(half).length / JSON.stringify(long).length;
  await withTempFolder(async (folder) => {
    const env = {
      DEFAULT_UPSTREAM: server.url,
      DB_PATH: join(folder, "requests.db"),
      BLOB_STORAGE_PATH: join(folder, "blobs"),
    };
    await withRouter({ env }, async (router) => {
      await (await router.post("/v1/chat/completions", long)).text();
      await router.rows();
      expect(await estimateOf(router, half)).toBe(Math.round(1_000 * share));
    });
    await withRouter({ env }, async (router) => {
      // A log that takes longer than a client waits is there for the next.
      await until(async () => (await estimateOf(router, half)) === Math.round(1_000 * share));
    });
  });
  await server.stop();
});

test.each<[string, () => Response | Promise<Response>]>([
  ["an error of the server's", () => Response.json({ error: "x" }, { status: 500 })],
  ["a 200 that is an error about the path", () => Response.json({ error: "Unexpected endpoint" })],
  ["what is no JSON", () => new Response("hello")],
  ["silence", () => new Promise<Response>(() => undefined)],
])("%s leads to an estimate", async (_what, count) => {
  await withCounter(count, async (router) => {
    expect(await estimateOf(router, hi)).toBeGreaterThan(1);
  });
});

test("what the call itself would be refused for is passed on", async () => {
  const refusal = {
    type: "error",
    error: { type: "invalid_request_error", message: "no model m" },
  };
  await withCounter(
    () => Response.json(refusal, { status: 400 }),
    async (router) => {
      const answer = await router.post(path, hi);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toEqual(refusal);
    },
  );
});

test("a body that is none is refused, wherever it would have gone", async () => {
  await withCounter(unknown, async (router) => {
    for (let round = 0; round < 2; round++) {
      const answer = await fetch(router.url + path, { method: "POST", body: "{" });
      expect(answer.status).toBe(400);
    }
  });
});

test("servers of other protocols are not asked, and a full queue holds nobody up", async () => {
  const chat = startCounter(unknown);
  const routes = `servers: { s: { url: "${chat.url}", speaks: [chat], max_concurrency: 1, max_queue: 0 } }`;
  await withRouter({ routes }, async (router) => {
    expect(await estimateOf(router, { ...hi, model: "s/m" })).toBeGreaterThan(1);
    expect(chat.paths).toEqual([]);
  });
  await chat.stop();
});

test("a translated stream begins with an estimate, and ends with the count", async () => {
  const chunk = (delta: object, more: object = {}) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
  const events = [
    chunk({ content: "Hi" }),
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`,
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 321, completion_tokens: 2, total_tokens: 323 } })}\n\n`,
    "data: [DONE]\n\n",
  ].join("");
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ method }) =>
      method === "GET"
        ? Response.json({ object: "list", data: [] })
        : new Response(events, { headers: { "content-type": "text/event-stream" } }),
  });
  const routes = `servers: { s: { url: "${server.url.origin}", speaks: [chat] } }`;
  await withRouter({ routes }, async (router) => {
    const request = { ...long, model: "s/m", max_tokens: 10, stream: true };
    const answer = await router.post("/v1/messages", request);
    expect(answer.headers.get("x-smolrouter-estimated")).toBe("input_tokens");
    const text = await answer.text();
    const usages = [...text.matchAll(/"input_tokens":(\d+)/g)].map(([, count]) => Number(count));
    expect(usages).toEqual([Math.round(JSON.stringify(request).length / 4), 321]);
    expect(await router.row()).toMatchObject({ prompt_tokens: 321, tokens_estimated: false });
  });
  await server.stop(true);
});
