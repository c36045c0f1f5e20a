// A server of Responses that keeps its answers, as OpenAI's does: it looks ids up, refuses those that it does
// not know, and reasoning that others made.
import { serve } from "bun";

export interface ResponsesStateServer extends AsyncDisposable {
  readonly url: string;
  /** Bodies as they came, the newest last. */
  readonly asked: readonly Asked[];
  /** From now on it has never heard of what it kept. */
  forget(): void;
  /** Whether it ignores `previous_response_id` from now on. */
  ignores(ids: boolean): void;
  /** From now on every call fails so; null: none. */
  fails(status: number | null): void;
}

interface Item {
  readonly type?: string;
  readonly id?: string;
  readonly role?: string;
  readonly content?: unknown;
  readonly [key: string]: unknown;
}

export interface Asked {
  readonly model: string;
  readonly input?: string | readonly Item[];
  readonly previous_response_id?: string | null;
  readonly store?: boolean;
  readonly stream?: boolean;
  readonly [key: string]: unknown;
}

/**
 * @param name in its ids and answers
 * @param keeps whether it keeps anything; as it does, its answers say
 */
export function startResponsesStateServer(name: string, keeps = true): ResponsesStateServer {
  const answers = new Map<string, readonly Item[]>();
  const items = new Map<string, Item>();
  const asked: Asked[] = [];
  let failing: number | null = null;
  let ignoring = false;
  let count = 0;

  function refuse(status: number, message: string, code: string | null, param: string): Response {
    const error = { message, type: "invalid_request_error", param, code };
    return Response.json({ error }, { status });
  }

  function answer(request: Asked): Response {
    const { input = [] } = request;
    const previous = ignoring ? null : (request.previous_response_id ?? null);
    const before = previous === null ? [] : answers.get(previous);
    if (before === undefined)
      return refuse(
        400,
        `Previous response with id '${previous}' not found.`,
        "previous_response_not_found",
        "previous_response_id",
      );
    const said: Item[] = [...before];
    for (const item of typeof input === "string" ? [{ role: "user", content: input }] : input) {
      const isForeign = item.type === "reasoning" && !items.has(item.id ?? "");
      const known = item.type === "item_reference" ? items.get(item.id ?? "") : item;
      if (known === undefined || isForeign)
        return refuse(404, `Item with id '${item.id}' not found.`, null, "input");
      said.push(known);
    }
    const number = ++count;
    const id = `resp_${name}${number}`;
    const text = `${name} read ${said.length} items`;
    const output: Item[] = [
      { id: `rs_${name}${number}`, type: "reasoning", summary: [] },
      {
        id: `msg_${name}${number}`,
        type: "message",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", annotations: [], logprobs: [], text }],
      },
    ];
    const isKept = keeps && request.store !== false;
    if (isKept) {
      answers.set(id, [...said, ...output]);
      for (const item of output) items.set(item.id ?? "", item);
    }
    return respond({ ...request, previous_response_id: previous }, id, output, isKept);
  }

  const server = serve({
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/v1/models")
        return Response.json({ object: "list", data: [{ id: "m", object: "model" }] });
      if (pathname !== "/v1/responses" || request.method !== "POST")
        return refuse(404, `Invalid URL (${request.method} ${pathname})`, null, "path");
      const body = (await request.json()) as Asked;
      asked.push(body);
      return failing === null
        ? answer(body)
        : refuse(failing, `${name} fails`, "server_error", "model");
    },
  });
  return {
    url: `http://localhost:${server.port}`,
    asked,
    forget() {
      answers.clear();
      items.clear();
    },
    ignores(ids) {
      ignoring = ids;
    },
    fails(status) {
      failing = status;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function respond(
  { model, stream = false, previous_response_id: previous = null }: Asked,
  id: string,
  output: readonly Item[],
  store: boolean,
): Response {
  const snapshot = (status: string, items: readonly Item[]) => ({
    id,
    object: "response",
    created_at: 1_700_000_000,
    status,
    model,
    output: items,
    previous_response_id: previous,
    store,
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  });
  if (!stream) return Response.json(snapshot("completed", output));
  const events: Record<string, unknown>[] = [
    { type: "response.created", response: snapshot("in_progress", []) },
  ];
  for (const [at, item] of output.entries()) {
    events.push({ type: "response.output_item.added", output_index: at, item });
    events.push({ type: "response.output_item.done", output_index: at, item });
  }
  events.push({ type: "response.completed", response: snapshot("completed", output) });
  const text = events
    .map((event, number) => {
      const data = JSON.stringify({ ...event, sequence_number: number });
      return `event: ${String(event["type"])}\ndata: ${data}\n\n`;
    })
    .join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}
