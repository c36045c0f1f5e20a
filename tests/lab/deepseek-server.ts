// A chat server whose model thinks and calls tools, and wants its thinking back before their results, as DeepSeek's does.
import { isRecord, type JsonRecord, textMember } from "../../src/domain/bytes/json.ts";

export interface DeepSeekAnswer {
  readonly reasoning: string;
  readonly content?: string;
  /** The ids of calls of the tool `weather`. */
  readonly calls?: readonly string[];
}

export interface DeepSeekServer {
  readonly url: string;
  /** What the next requests get, in order; a number: an error of that status. */
  says(...scripts: readonly (DeepSeekAnswer | number)[]): void;
  /** The bodies of the requests that were answered. */
  readonly asked: readonly JsonRecord[];
  /** Why requests were refused, in order. */
  readonly refusals: readonly string[];
  stop(): Promise<void>;
}

export function startDeepSeekServer(): DeepSeekServer {
  const scripts: (DeepSeekAnswer | number)[] = [];
  const asked: JsonRecord[] = [];
  const refusals: string[] = [];
  const given = new Map<unknown, string>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET")
        return Response.json({ object: "list", data: [{ id: "chat" }] });
      const body = (await request.json()) as JsonRecord;
      if (typeof scripts[0] === "number")
        return failure(scripts.shift() as number, "Insufficient Balance");
      const refusal = refusalOf(body["messages"] as readonly JsonRecord[], given);
      if (refusal !== null) {
        refusals.push(refusal);
        return failure(400, refusal);
      }
      const script = scripts.shift();
      if (script === undefined || typeof script === "number")
        return failure(500, "nothing is laid down");
      asked.push(body);
      for (const id of script.calls ?? []) given.set(id, script.reasoning);
      return body["stream"] === true ? streamed(script) : Response.json(whole(script));
    },
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    says: (...next) => void scripts.push(...next),
    asked,
    refusals,
    stop: () => server.stop(true),
  };
}

/** Before the results of calls the thinking that led to them has to stand: its own, or at least some. */
function refusalOf(
  messages: readonly JsonRecord[],
  given: ReadonlyMap<unknown, string>,
): string | null {
  const turn = messages.findLastIndex(({ role }) => role === "user");
  for (const message of messages.slice(turn + 1)) {
    const calls = message["tool_calls"];
    if (!Array.isArray(calls)) continue;
    const back = textMember(message, "reasoning_content");
    if (back === null)
      return "The `reasoning_content` in the thinking mode must be passed back to the API.";
    const [first] = (calls as readonly unknown[]).filter(isRecord);
    const own = given.get(first?.["id"]);
    if (own !== undefined && own !== back) return `not what it thought: ${back}`;
  }
  return null;
}

function failure(status: number, message: string): Response {
  return Response.json(
    { error: { message, type: "invalid_request_error", code: null } },
    { status },
  );
}

function messageOf({ reasoning, content = "", calls = [] }: DeepSeekAnswer): JsonRecord {
  const tools = calls.map((id, index) => ({
    index,
    id,
    type: "function",
    function: { name: "weather", arguments: '{"city": "Oslo"}' },
  }));
  const called = tools.length === 0 ? {} : { tool_calls: tools };
  return { role: "assistant", content, reasoning_content: reasoning, ...called };
}

const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };

function finishOf({ calls = [] }: DeepSeekAnswer): string {
  return calls.length === 0 ? "stop" : "tool_calls";
}

function whole(answer: DeepSeekAnswer): JsonRecord {
  const choice = { index: 0, message: messageOf(answer), finish_reason: finishOf(answer) };
  return {
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "chat",
    choices: [choice],
    usage,
  };
}

function streamed(answer: DeepSeekAnswer): Response {
  const { reasoning_content: reasoning, content, tool_calls: calls } = messageOf(answer);
  const letters = (key: string, text: unknown) =>
    String(text)
      .split("")
      .map((letter) => ({ [key]: letter }));
  const deltas = [
    { role: "assistant", content: null },
    ...letters("reasoning_content", reasoning),
    ...letters("content", content),
    ...(calls === undefined ? [] : [{ tool_calls: calls }]),
  ];
  const head = { id: "c", object: "chat.completion.chunk", created: 1, model: "chat" };
  const chunks = [
    ...deltas.map((delta) => ({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: finishOf(answer) }], usage },
  ];
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
  return new Response(`${body}data: [DONE]\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}
