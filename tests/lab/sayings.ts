// What a scripted upstream says, byte for byte, over a real socket: events, lines, waits and how it ends.
import { Buffer } from "node:buffer";
import type { Behaviour, RawChunk } from "../../src/adapters/fake-model/behaviour.ts";

export interface Saying {
  /** 200 unless given. */
  readonly status?: number;
  /** The `Content-Type`; null sends none. */
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `proper`: the HTTP end, the connection stays; `open`: neither end nor close, ever; `cut`: a
   * close without the HTTP end; `reset`: the same, by RST.
   */
  readonly end?: "proper" | "open" | "cut" | "reset";
}

const after = { proper: "keep", open: "silence", cut: "fin", reset: "reset" } as const;

/** An answer in chunked framing, each part a write of its own. */
export function says(
  { status = 200, type = "text/event-stream", headers = {}, end = "proper" }: Saying,
  ...parts: readonly RawChunk[]
): Behaviour {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (type !== null) lines.unshift(`content-type: ${type}\r\n`);
  return {
    kind: "raw",
    chunks: [
      `HTTP/1.1 ${status} Said\r\n${lines.join("")}transfer-encoding: chunked\r\n\r\n`,
      ...parts.map((part) =>
        typeof part === "string" || part instanceof Uint8Array ? framed(part) : part,
      ),
      ...(end === "proper" ? ["0\r\n\r\n"] : []),
    ],
    after: after[end],
  };
}

function framed(part: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(part);
  const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
  return Buffer.concat([size, bytes, Buffer.from("\r\n")]);
}

/** A whole answer; an object goes as JSON. */
export const saysWhole = (body: object | string, saying: Saying = {}): Behaviour =>
  says(
    { type: "application/json", ...saying },
    typeof body === "string" ? body : JSON.stringify(body),
  );

/** One event; an object goes as JSON. */
export const event = (data: object | string): string =>
  `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

export const done = event("[DONE]");

/** A chat chunk with one choice. */
export const chunk = (delta: object | null, finish: string | null = null, more: object = {}) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_735_689_600,
  model: "m",
  choices: [{ index: 0, delta, finish_reason: finish, ...more }],
});

export const text = (content: string): string => event(chunk({ content }));
export const finish = (reason = "stop"): string => event(chunk({}, reason));
export const usage = (prompt: number, completion: number): string =>
  event({
    ...chunk({}),
    choices: [],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
    },
  });

/** A whole chat completion. */
export const completion = (message: object, more: object = {}) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_735_689_600,
  model: "m",
  choices: [
    { index: 0, message: { role: "assistant", content: null, ...message }, finish_reason: "stop" },
  ],
  ...more,
});

/** A line of Ollama's chat stream, without its line end. */
export const chatLine = (message: object, more: object = { done: false }): string =>
  JSON.stringify({
    model: "m",
    created_at: "2025-01-01T00:00:00Z",
    message: { role: "assistant", content: "", ...message },
    ...more,
  });

export const lastLine = `${chatLine({}, { done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 2 })}\n`;
