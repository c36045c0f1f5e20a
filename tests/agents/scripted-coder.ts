// Model servers that answer coding agents by a script, and refuse what the real ones refuse. Each speaks one
// protocol only.
import { isRecord, type JsonRecord } from "../../src/domain/bytes/json.ts";
import { anthropicRefusal } from "../lab/anthropic-checker.ts";
import { chatRefusal } from "../lab/chat-checker.ts";
import { ollamaRefusal } from "../lab/ollama-checker.ts";
import { messageEvents, messageStream, wholeMessage } from "../lab/messages-answer.ts";
import type { CoderReply, CoderRequest, CoderScript } from "./coder-script.ts";

export interface ScriptedCoder {
  readonly url: string;
  /** Every request to a model, in order. */
  readonly asked: readonly CoderAsked[];
  stop(): Promise<void>;
}

export interface CoderAsked {
  readonly path: string;
  readonly headers: Headers;
  readonly body: JsonRecord;
  /** null: it was answered. */
  readonly refusal: string | null;
}

interface Speech {
  readonly path: string;
  readonly streamType: string;
  /** Whether an answer is streamed where the request does not say it. */
  readonly streams: boolean;
  refusal(body: JsonRecord, headers: Headers): string | null;
  asks(body: JsonRecord): CoderRequest;
  whole(reply: CoderReply): JsonRecord;
  stream(reply: CoderReply): string;
  failure(message: string): JsonRecord;
}

export const modelName = "coder";

/** Serves `/v1/chat/completions` and no other protocol. */
export const startChatCoder = (script: CoderScript): ScriptedCoder => start(script, chat());

/** Serves `/v1/messages` and no other protocol; thinking comes back with a signature of its own only. */
export const startMessagesCoder = (script: CoderScript): ScriptedCoder => start(script, messages());

/** Serves `/api/chat` and no other protocol. */
export const startOllamaCoder = (script: CoderScript): ScriptedCoder => start(script, ollama());

function start(script: CoderScript, speech: Speech): ScriptedCoder {
  const asked: CoderAsked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { headers, method, url } = request;
      const { pathname: path } = new URL(url);
      if (method === "GET")
        return Response.json({ data: [{ id: modelName }], models: [{ name: modelName }] });
      if (path !== speech.path) return Response.json({ detail: "Not Found" }, { status: 404 });
      const body = (await request.json()) as JsonRecord;
      const refusal = speech.refusal(body, headers);
      asked.push({ path, headers, body, refusal });
      if (refusal !== null) return Response.json(speech.failure(refusal), { status: 400 });
      const reply = script(speech.asks(body));
      if (typeof reply === "string") return Response.json(speech.failure(reply), { status: 400 });
      if (reply.silentMs !== undefined) await Bun.sleep(reply.silentMs);
      if (!(body["stream"] ?? speech.streams)) return Response.json(speech.whole(reply));
      const stream = speech.stream(reply);
      return new Response(reply.diesAfter === undefined ? stream : cut(stream, reply.diesAfter), {
        headers: { "content-type": speech.streamType },
      });
    },
  });

  function cut(stream: string, events: number): ReadableStream<Uint8Array> {
    const said = stream.split(/(?<=\n\n|\}\n(?!\n))/).slice(0, events);
    return new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode(said.join("")));
        // What was said is read before the connection breaks.
        await Bun.sleep(300);
        await server.stop(true);
      },
    });
  }

  return {
    url: server.url.href.replace(/\/$/, ""),
    asked,
    stop: () => server.stop(true),
  };
}

function records(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isRecord) : [];
}

function member(record: JsonRecord, key: string): JsonRecord {
  const value = record[key];
  return isRecord(value) ? value : {};
}

function chat(): Speech {
  const usage = { prompt_tokens: 900, completion_tokens: 30, total_tokens: 930 };
  const head = { id: "chatcmpl-1", created: 1_790_000_000, model: modelName };
  const callsOf = ({ calls }: CoderReply) =>
    calls.map(({ id, name, input }, index) => ({
      index,
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    }));
  const finishOf = ({ calls }: CoderReply) => (calls.length > 0 ? "tool_calls" : "stop");
  return {
    path: "/v1/chat/completions",
    streamType: "text/event-stream",
    streams: false,
    refusal: chatRefusal,
    asks: (body) => ({
      tools: records(body["tools"]).map((tool) => {
        const { name, parameters } = member(tool, "function");
        return { name: String(name), schema: parameters };
      }),
      rounds: records(body["messages"]).filter((one) => one["tool_calls"] !== undefined).length,
    }),
    whole: (reply) => ({
      ...head,
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: reply.text,
            ...(reply.thinking === "" ? {} : { reasoning_content: reply.thinking }),
            ...(reply.calls.length === 0 ? {} : { tool_calls: callsOf(reply) }),
          },
          finish_reason: finishOf(reply),
        },
      ],
      usage,
    }),
    stream(reply) {
      const deltas: JsonRecord[] = [
        { role: "assistant", content: "" },
        ...pieces(reply.thinking).map((text) => ({ reasoning_content: text })),
        ...pieces(reply.text).map((content) => ({ content })),
        ...interleaved(callsOf(reply)).map((call) => ({ tool_calls: [call] })),
      ];
      const chunk = { ...head, object: "chat.completion.chunk" };
      const chunks = deltas.map((delta) => ({
        ...chunk,
        choices: [{ index: 0, delta, finish_reason: null }],
      }));
      const last = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finishOf(reply) }] };
      const count = { ...chunk, choices: [], usage };
      const said = [...chunks, last, count].map((one) => JSON.stringify(one));
      return [...said, "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
    },
    failure: (message) => ({ error: { message, type: "invalid_request_error", code: 400 } }),
  };
}

interface WrittenCall {
  readonly index: number;
  readonly function: { readonly arguments: string };
}

/** Calls side by side: a piece of each in turns, as some servers send them. */
function interleaved(calls: readonly WrittenCall[]): readonly JsonRecord[] {
  const begun = calls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: "" },
  }));
  const rest = calls.map((call) => pieces(call.function.arguments));
  const longest = Math.max(0, ...rest.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, turn) =>
    calls.flatMap(({ index }, at) => {
      const piece = rest[at]?.[turn];
      return piece === undefined ? [] : [{ index, function: { arguments: piece } }];
    }),
  );
  return [...begun, ...turns.flat()];
}

function pieces(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/g) ?? [];
}

function messages(): Speech {
  const signatures = new Set<string>();
  let answers = 0;
  const answerOf = ({ thinking, text, calls }: CoderReply) => {
    answers += 1;
    const signature = Buffer.from(`${answers} ${thinking}`).toString("base64");
    if (thinking !== "") signatures.add(signature);
    return {
      id: `msg_${answers}`,
      content: [
        ...(thinking === "" ? [] : [{ type: "thinking", thinking, signature }]),
        ...(text === "" ? [] : [{ type: "text", text }]),
        ...calls.map((call) => ({ type: "tool_use", ...call })),
      ],
      stop: calls.length > 0 ? "tool_use" : "end_turn",
      usage: { input_tokens: 900, output_tokens: 30 },
    };
  };
  return {
    path: "/v1/messages",
    streamType: "text/event-stream; charset=utf-8",
    streams: false,
    refusal(body, headers) {
      const betas = new Set(
        (headers.get("anthropic-beta") ?? "").split(",").map((one) => one.trim()),
      );
      return anthropicRefusal(body, signatures, { betas, inlineSystem: true });
    },
    asks: (body) => ({
      tools: records(body["tools"]).map(({ name, input_schema: schema }) => ({
        name: String(name),
        schema,
      })),
      rounds: records(body["messages"]).filter(({ content }) =>
        records(content).some(({ type }) => type === "tool_use"),
      ).length,
    }),
    whole: (reply) => wholeMessage(answerOf(reply)),
    stream: (reply) => messageStream(messageEvents(answerOf(reply))),
    failure: (message) => ({
      type: "error",
      error: { type: "invalid_request_error", message },
      request_id: "req_1",
    }),
  };
}

function ollama(): Speech {
  const head = { model: modelName, created_at: "2026-11-01T00:00:00Z" };
  const end = { done: true, done_reason: "stop", prompt_eval_count: 900, eval_count: 30 };
  const callsOf = ({ calls }: CoderReply) =>
    calls.map(({ name, input }) => ({ function: { name, arguments: input } }));
  return {
    path: "/api/chat",
    streamType: "application/x-ndjson",
    streams: true,
    refusal: ollamaRefusal,
    asks: (body) => ({
      tools: records(body["tools"]).map((tool) => {
        const { name, parameters } = member(tool, "function");
        return { name: String(name), schema: parameters };
      }),
      rounds: records(body["messages"]).filter((one) => one["tool_calls"] !== undefined).length,
    }),
    whole: (reply) => ({
      ...head,
      message: {
        role: "assistant",
        content: reply.text,
        thinking: reply.thinking,
        tool_calls: callsOf(reply),
      },
      ...end,
    }),
    stream(reply) {
      const messages = [
        ...pieces(reply.thinking).map((thinking) => ({ content: "", thinking })),
        ...pieces(reply.text).map((content) => ({ content })),
        ...callsOf(reply).map((call) => ({ content: "", tool_calls: [call] })),
        { content: "" },
      ].map((message) => ({ role: "assistant", ...message }));
      return messages
        .map((message, at) => ({
          ...head,
          message,
          ...(at === messages.length - 1 ? end : { done: false }),
        }))
        .map((line) => `${JSON.stringify(line)}\n`)
        .join("");
    },
    failure: (message) => ({ error: message }),
  };
}
