// What a client of each protocol makes of an answer, held to what its strictest readers rely on.
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import { readStrictly } from "../domain/protocols/anthropic-messages/block-grammar.ts";
import { readChatStream } from "./chat-stream.ts";
import { responseFaults } from "./open-responses.ts";
import { readResponseStream, type SaidItem } from "./responses-checker.ts";

export const clients = {
  messages: { path: "/v1/messages", streams: "text/event-stream" },
  chat: { path: "/v1/chat/completions", streams: "text/event-stream" },
  ollama: { path: "/api/chat", streams: "application/x-ndjson" },
  responses: { path: "/v1/responses", streams: "text/event-stream" },
} as const;
export type ClientName = keyof typeof clients;

export interface ClientView {
  /**
   * `whole`: content and proper end. `reported`: the stream ends in an error of the client's own form.
   * `refused`: an error status with a body of that form.
   */
  readonly outcome: "whole" | "reported" | "refused";
  readonly text: string;
  /** Each as `name(arguments)`, blanks aside. */
  readonly calls: readonly string[];
  /** The answer's own; null where its form has none. */
  readonly id: string | null;
  /** Of the error; null where there is none. */
  readonly error: string | null;
}

/** @throws where it is none of the three: a truncated answer that looks whole, say, or another client's form */
export function clientView(
  client: ClientName,
  status: number,
  type: string,
  body: string,
): ClientView {
  if (status >= 400) return refused(client, JSON.parse(body) as JsonRecord);
  if (type.startsWith("application/json")) return whole(client, JSON.parse(body) as JsonRecord);
  if (!type.startsWith(clients[client].streams)) throw new Error(`a stream of type ${type}`);
  return streamed[client](body);
}

function refused(client: ClientName, body: JsonRecord): ClientView {
  const error = messageOf(client, body);
  return { outcome: "refused", text: "", calls: [], id: null, error };
}

/** @throws where the error has another client's form */
function messageOf(client: ClientName, { type, error }: JsonRecord): string {
  const message = client === "ollama" ? error : (error as JsonRecord)["message"];
  if (typeof message !== "string" || message === "") throw new Error("an error without words");
  if ((type === "error") !== (client === "messages")) throw new Error("another client's error");
  return message;
}

function whole(client: ClientName, body: JsonRecord): ClientView {
  const { id, choices, message, content, output } = body;
  const said = { messages: content, chat: choices, ollama: message, responses: output }[client];
  if (said === undefined) throw new Error(`not ${client}'s answer: ${JSON.stringify(body)}`);
  return {
    outcome: "whole",
    ...wholeReaders[client](said, body),
    id: (id as string) ?? null,
    error: null,
  };
}

const wholeReaders: Record<ClientName, (said: Json, body: JsonRecord) => Said> = {
  messages: (blocks) => ofBlocks(blocks),
  chat: ([choice]) => ofMessage(choice.message),
  ollama: (message) => ofMessage(message),
  responses(items, body) {
    const faults = responseFaults(body);
    if (faults.length > 0) throw new Error(faults.join("\n"));
    return ofItems(
      items.map(({ type, content = [], name, arguments: given }: Json) => ({
        type,
        text: content.map(({ text }: Json) => text).join(""),
        name,
        given,
      })),
    );
  },
};

const streamed: Record<ClientName, (body: string) => ClientView> = {
  messages(body) {
    const { message, complete, error } = readStrictly(body);
    if (!complete && error === null) throw new Error("a stream without an end");
    const { id = null } = message as { id?: string };
    return { ...outcomeOf(error), ...ofBlocks(message["content"]), id, error };
  },
  chat(body) {
    const { message, done, error, chunks } = readChatStream(body + lastWord(body));
    if (!done && error === null) throw new Error("a stream without an end");
    const words = error === null ? null : messageOf("chat", { error });
    const id = String(chunks[0]?.["id"]);
    return { ...outcomeOf(words), ...ofMessage(message), id, error: words };
  },
  responses(body) {
    const { state, said, error, response } = readResponseStream(body);
    if (state === "open") throw new Error("a stream without an end");
    const words = error === null ? null : messageOf("responses", { error });
    return { ...outcomeOf(words), ...ofItems(said), id: response["id"] ?? null, error: words };
  },
  ollama(body) {
    const lines = body.split("\n").filter((line) => line.trim() !== "");
    const events = lines.map((line) => JSON.parse(line));
    const last = events.at(-1) ?? {};
    const failed = last.error !== undefined;
    if (!failed && last.done !== true) throw new Error("a stream without an end");
    if (events.slice(0, -1).some(({ done, error }) => done === true || error !== undefined))
      throw new Error("something follows the end");
    const messages = events.map(({ message }) => ofMessage(message ?? {}));
    const error = failed ? messageOf("ollama", last) : null;
    return {
      ...outcomeOf(error),
      text: messages.map(({ text }) => text).join(""),
      calls: messages.flatMap(({ calls }) => calls),
      id: null,
      error,
    };
  },
};

/**
 * A chat that has its finish_reason is complete without `[DONE]`, and passes as it came; what the router
 * makes itself always has it.
 */
function lastWord(body: string): string {
  const finished = /"finish_reason":"/.test(body) && !/^data: (\[DONE\]|\{"error")/m.test(body);
  const isOwn = /"id":"chatcmpl-[0-9a-f]{8}-/.test(body);
  return finished && !isOwn ? "data: [DONE]\n\n" : "";
}

function outcomeOf(error: string | null): Pick<ClientView, "outcome"> {
  return { outcome: error === null ? "whole" : "reported" };
}

/** Whatever was sent. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

type Said = Pick<ClientView, "text" | "calls">;

function ofItems(items: readonly SaidItem[]): Said {
  return {
    text: items.map(({ type, text }) => (type === "message" ? text : "")).join(""),
    calls: items.flatMap(({ type, name, given }) =>
      type === "function_call" ? [`${name}(${given})`] : [],
    ),
  };
}

function ofBlocks(content: unknown): Said {
  const blocks = (content ?? []) as readonly Json[];
  return {
    text: blocks.map(({ type, text }) => (type === "text" ? text : "")).join(""),
    calls: blocks.flatMap(({ type, name, input, unreadable }) =>
      type === "tool_use" ? [`${name}(${unreadable ?? JSON.stringify(input)})`] : [],
    ),
  };
}

function ofMessage({ content, tool_calls: calls = [] }: Json): Said {
  const given = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return {
    text: content ?? "",
    calls: (calls as readonly Json[]).map(
      ({ function: { name, arguments: value } }) => `${name}(${given(value)})`,
    ),
  };
}
