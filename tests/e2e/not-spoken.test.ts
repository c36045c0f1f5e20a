// Servers that do not speak what a client asks in, and show it only by their answer.
import { expect, test } from "bun:test";
import { withRouter } from "../lab/start-router.ts";

const message = {
  model: "m",
  max_tokens: 10,
  messages: [{ role: "user", content: "hi" }],
};

const answer = {
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
};

const chunk = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** A server of chats; `/v1/messages` gets `refusal`. */
async function withChatServer(
  refusal: () => Response,
  run: (url: string, paths: readonly string[]) => Promise<void>,
): Promise<void> {
  const paths: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "GET") return Response.json({ object: "list", data: [] });
      paths.push(pathname);
      if (pathname !== "/v1/chat/completions") return refusal();
      const { stream } = (await request.json()) as { stream?: boolean };
      if (stream !== true) return Response.json(answer);
      const events = `${chunk({ content: "Hello" }, null)}${chunk({}, "stop")}data: [DONE]\n\n`;
      return new Response(events, { headers: { "content-type": "text/event-stream" } });
    },
  });
  try {
    await run(`http://127.0.0.1:${server.port}`, paths);
  } finally {
    await server.stop(true);
  }
}

const json = (body: object, status: number) => () => Response.json(body, { status });

const refusals: readonly (readonly [string, () => Response])[] = [
  ["404", json({ detail: "Not Found" }, 404)],
  ["404 in plain text", () => new Response("404 page not found", { status: 404 })],
  ["405", () => new Response("Method Not Allowed", { status: 405 })],
  ["501", json({ error: { message: "not implemented" } }, 501)],
  [
    "200 that is an error",
    json({ error: "Unexpected endpoint or method. (POST /v1/messages)" }, 200),
  ],
];

test.each(refusals)(
  "%s: the call is translated within its attempt, and the next at once",
  async (_what, refusal) => {
    await withChatServer(refusal, async (url, paths) => {
      await withRouter({ env: { DEFAULT_UPSTREAM: url } }, async (router) => {
        const first = await router.post("/v1/messages", message);
        expect(first.status).toBe(200);
        expect(await first.json()).toMatchObject({
          type: "message",
          content: [{ type: "text", text: "Hello" }],
          stop_reason: "end_turn",
        });
        expect(paths).toEqual(["/v1/messages", "/v1/chat/completions"]);
        const streamed = await router.post("/v1/messages", { ...message, stream: true });
        expect(await streamed.text()).toEndWith(
          'event: message_stop\ndata: {"type":"message_stop"}\n\n',
        );
        expect(paths).toEqual(["/v1/messages", "/v1/chat/completions", "/v1/chat/completions"]);
        const rows = await router.rows();
        expect(rows.map(({ state, status_code: status }) => [state, status])).toEqual([
          ["completed", 200],
          ["completed", 200],
        ]);
        const upstreams = (await (await fetch(`${router.url}/api/upstreams`)).json()) as {
          upstreams: readonly { readonly failures: number }[];
        };
        expect(upstreams.upstreams[0]?.failures).toBe(0);
      });
    });
  },
);

test("a model that is not there is no path that is not there", async () => {
  const refusal = json(
    { type: "error", error: { type: "not_found_error", message: "model: m" } },
    404,
  );
  await withChatServer(refusal, async (url, paths) => {
    await withRouter({ env: { DEFAULT_UPSTREAM: url } }, async (router) => {
      expect((await router.post("/v1/messages", message)).status).toBe(404);
      expect(paths).toEqual(["/v1/messages"]);
    });
  });
});

test("what the routes file says is not learned otherwise", async () => {
  await withChatServer(json({ detail: "Not Found" }, 404), async (url, paths) => {
    const routes = `servers: { s: { url: '${url}', speaks: [chat, messages] }, t: { url: '${url}', speaks: [chat] } }`;
    await withRouter({ routes }, async (router) => {
      expect((await router.post("/v1/messages", { ...message, model: "s/m" })).status).toBe(404);
      expect((await router.post("/v1/messages", { ...message, model: "t/m" })).status).toBe(200);
      expect(paths).toEqual(["/v1/messages", "/v1/chat/completions"]);
    });
  });
});
