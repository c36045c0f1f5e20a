// A reply with a behaviour's manner and content faults applied: what will stand on the wire.
import { Buffer } from "node:buffer";
import type { Behaviour } from "./behaviour.ts";
import { encodePieces } from "./encode-pieces.ts";
import type { HttpRequest } from "./http-request-reader.ts";
import { positionOf, splitAt, type BodyPoint } from "./position.ts";
import {
  fakeErrorEvent,
  errorReply,
  errorValue,
  jsonReply,
  textReply,
  type ReplyPiece,
  type Reply,
  type StreamFormat,
  type FakeSurface,
} from "./reply.ts";

export interface Message {
  /** Status line and header fields, with the blank line. */
  readonly head: string;
  readonly pieces: readonly ReplyPiece[];
  readonly isStream: boolean;
  readonly chunked: boolean;
  /** The connection ends with the answer. */
  readonly closes: boolean;
}

const PAGE = "<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>";

const formatOf: Readonly<Record<FakeSurface, StreamFormat>> = {
  openai: "chat",
  anthropic: "anthropic",
  ollama: "ndjson",
};

/** The reply that a behaviour puts in place of the real one. */
function replaced(reply: Reply, behaviour: Behaviour, surface: FakeSurface): Reply {
  switch (behaviour.kind) {
    case "status": {
      const { status, body } = behaviour;
      if (typeof body === "string") return textReply(body, status);
      if (body !== undefined) return jsonReply(body, status);
      return errorReply(surface, status, `the server answered ${status} on purpose`);
    }
    case "error-body":
      return jsonReply(
        behaviour.payload ?? errorValue(surface, 500, "the model failed on purpose"),
      );
    case "not-json":
      return { ...textReply(behaviour.body ?? PAGE), contentType: "text/html; charset=utf-8" };
    case "empty-stream":
      return {
        kind: "stream",
        format: reply.kind === "stream" ? reply.format : formatOf[surface],
        pieces: [],
      };
    case "flood":
      if (reply.kind === "whole") return reply;
      return {
        ...reply,
        pieces: reply.pieces.flatMap((piece) =>
          piece.part === "content"
            ? Array.from({ length: behaviour.events }, () => piece)
            : [piece],
        ),
      };
    case "answer":
    case "reset":
    case "cut":
    case "truncate":
    case "stall":
    case "garbage":
    case "error-event":
    case "wrong-length":
    case "raw":
      return reply;
  }
}

/** Bytes that a behaviour puts into the body or leaves out of it. */
function disturbed(
  pieces: readonly ReplyPiece[],
  reply: Reply,
  behaviour: Behaviour,
): readonly ReplyPiece[] {
  const isStream = reply.kind === "stream";
  const split = (point: BodyPoint): ReturnType<typeof splitAt> =>
    splitAt(pieces, positionOf(pieces, point, isStream));
  if (behaviour.kind === "truncate" && behaviour.when !== "before-head")
    return split(behaviour.when)[0];
  if (behaviour.kind === "garbage" && behaviour.when !== "before-head") {
    const [before, after] = split(behaviour.when);
    return [...before, { part: "content", bytes: behaviour.bytes }, ...after];
  }
  if (behaviour.kind === "error-event" && behaviour.when !== "before-head" && isStream) {
    const [before] = split(behaviour.when);
    const bytes = fakeErrorEvent(reply.format, before.length, behaviour.payload);
    return [...before, { part: "end", bytes }];
  }
  return pieces;
}

function contentTypeOf(reply: Reply): string {
  if (reply.kind === "whole") return reply.contentType;
  return reply.format === "ndjson" ? "application/x-ndjson" : "text/event-stream";
}

const reasons: ReadonlyMap<number, string> = new Map([
  [200, "OK"],
  [201, "Created"],
  [204, "No Content"],
  [307, "Temporary Redirect"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [404, "Not Found"],
  [429, "Too Many Requests"],
  [500, "Internal Server Error"],
  [503, "Service Unavailable"],
]);

/** Puts a reply on the wire as a behaviour wants it; `requestId` fills `X-Request-Id`. */
export function createMessage(
  plainReply: Reply,
  behaviour: Behaviour,
  request: Pick<HttpRequest, "method" | "keepAlive" | "chunksAllowed">,
  surface: FakeSurface,
  requestId: string,
): Message {
  const reply = replaced(plainReply, behaviour, surface);
  const isStream = reply.kind === "stream";
  const made: readonly ReplyPiece[] = isStream
    ? reply.pieces
    : [{ part: "content", bytes: reply.body }];
  const scripted = behaviour.pieces?.map((bytes): ReplyPiece => ({ part: "content", bytes }));
  const plain = scripted ?? made;
  const { encoding } = behaviour;
  const encoded = encoding === undefined ? plain : encodePieces(plain, encoding);
  const pieces = disturbed(encoded, reply, behaviour);

  const status = behaviour.status ?? (isStream ? 200 : reply.status);
  const headOnly = request.method === "HEAD" || status === 204 || status === 304;
  const wrongBy = behaviour.kind === "wrong-length" ? behaviour.by : null;
  const wanted = wrongBy === null ? behaviour.framing : "length";
  const framing = wanted ?? (isStream ? (request.chunksAllowed ? "chunked" : "close") : "length");
  const closes = framing === "close" || wrongBy !== null || !request.keepAlive;

  const headers = new Map([
    ["content-type", behaviour.contentType ?? contentTypeOf(reply)],
    ["x-request-id", requestId],
  ]);
  if (encoding !== undefined) headers.set("content-encoding", encoding);
  if (framing === "chunked") headers.set("transfer-encoding", "chunked");
  if (framing === "length" && status !== 204) {
    const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece.bytes), 0);
    headers.set("content-length", String(length + (wrongBy ?? 0)));
  }
  if (closes) headers.set("connection", "close");
  for (const [name, value] of Object.entries(behaviour.headers ?? {}))
    headers.set(name.toLowerCase(), value);

  let head = `HTTP/1.1 ${status} ${reasons.get(status) ?? "Unnamed"}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  return {
    head: `${head}\r\n`,
    pieces: headOnly ? [] : pieces,
    isStream,
    chunked: framing === "chunked" && !headOnly,
    closes,
  };
}
