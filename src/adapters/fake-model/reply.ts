// What an API of the fake answers, before manner and faults are applied to it.

/** The wire formats of streams. */
export type StreamFormat = "chat" | "completions" | "responses" | "anthropic" | "ndjson";

/** The APIs, each with its form of errors. */
export type FakeSurface = "openai" | "anthropic" | "ollama";

export interface ReplyPiece {
  readonly bytes: string | Uint8Array;
  /** What the event is to its format: content, or a part of its proper end. */
  readonly part: "opening" | "content" | "end";
}

export interface WholeReply {
  readonly kind: "whole";
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export interface StreamReply {
  readonly kind: "stream";
  readonly format: StreamFormat;
  readonly pieces: readonly ReplyPiece[];
}

export type Reply = WholeReply | StreamReply;

/** Answers a JSON value. */
export function jsonReply(value: unknown, status = 200): WholeReply {
  return { kind: "whole", status, contentType: "application/json", body: JSON.stringify(value) };
}

/** Answers plain text. */
export function textReply(body: string, status = 200): WholeReply {
  return { kind: "whole", status, contentType: "text/plain; charset=utf-8", body };
}

/** One server-sent event holding a JSON value; `name` fills the event field. */
export function sseEvent(value: unknown, name?: string): string {
  const data = `data: ${JSON.stringify(value)}\n\n`;
  return name === undefined ? data : `event: ${name}\n${data}`;
}

const openAiErrorTypes: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [403, "permission_error"],
  [429, "rate_limit_error"],
]);

/** An error's JSON in the form of an API; `code` is OpenAI's. */
export function errorValue(
  surface: FakeSurface,
  status: number,
  message: string,
  code: string | null = null,
): object {
  const type =
    openAiErrorTypes.get(status) ?? (status >= 500 ? "server_error" : "invalid_request_error");
  switch (surface) {
    case "openai":
      return { error: { message, type, param: null, code } };
    case "anthropic":
      return { type: "error", error: { type: status >= 500 ? "api_error" : type, message } };
    case "ollama":
      return { error: message };
  }
}

/** Answers an error in the form of an API. */
export function errorReply(
  surface: FakeSurface,
  status: number,
  message: string,
  code: string | null = null,
): WholeReply {
  return jsonReply(errorValue(surface, status, message, code), status);
}

/** Refuses a number that `countOf` has refused. */
export function countError(surface: FakeSurface, field: string, most: number): WholeReply {
  return errorReply(surface, 400, `'${field}' must be a whole number from 1 to ${most}`);
}

const failure = "the model stopped on purpose";

/**
 * An error event in a stream's own form; without a payload, the format's usual one.
 * @param events that came before it
 */
export function fakeErrorEvent(format: StreamFormat, events: number, payload?: unknown): string {
  switch (format) {
    case "ndjson":
      return `${JSON.stringify(payload ?? errorValue("ollama", 500, failure))}\n`;
    case "anthropic":
      return sseEvent(payload ?? errorValue("anthropic", 500, failure), "error");
    case "responses":
      return sseEvent(
        payload ?? {
          type: "error",
          sequence_number: events,
          error: { type: "server_error", code: "server_error", message: failure, param: null },
        },
        "error",
      );
    case "chat":
    case "completions":
      return sseEvent(payload ?? errorValue("openai", 500, failure));
  }
}
