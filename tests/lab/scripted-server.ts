// A model server that answers each model's calls with the very bytes that a test gives it.

export interface ScriptedServer {
  readonly url: string;
  /** The body of the last request, as it came. */
  lastBody(): string;
  stop(): Promise<void>;
}

export interface ScriptedAnswer {
  readonly type: string;
  readonly body: string;
  readonly status?: number;
}

/**
 * @param answers by model
 * @param lists answers to GET, by path
 */
export function startScriptedServer(
  answers: Readonly<Record<string, ScriptedAnswer>>,
  lists: Readonly<Record<string, unknown>> = {},
): ScriptedServer {
  let last = "";
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET")
        return Response.json(lists[new URL(request.url).pathname] ?? { object: "list", data: [] });
      last = await request.text();
      const { model } = JSON.parse(last) as { model: string };
      const said = answers[model];
      if (said === undefined) return new Response("no such model", { status: 404 });
      const { type, body, status = 200 } = said;
      return new Response(body, { status, headers: { "content-type": type } });
    },
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    lastBody: () => last,
    stop: () => server.stop(true),
  };
}

/** Server-sent events, each a payload. */
export function sse(...payloads: readonly string[]): ScriptedAnswer {
  return {
    type: "text/event-stream",
    body: payloads.map((payload) => `data: ${payload}\n\n`).join(""),
  };
}

/** One JSON line each. */
export function ndjson(...lines: readonly string[]): ScriptedAnswer {
  return { type: "application/x-ndjson", body: lines.map((line) => `${line}\n`).join("") };
}

/** One JSON body. */
export function plain(body: string): ScriptedAnswer {
  return { type: "application/json", body };
}
