// Reads HTTP/1.1 requests off a socket (RFC 9112), as far as clients of model servers use it.
import { Buffer } from "node:buffer";
import type { HeaderList } from "../../domain/http/headers.ts";

export interface HttpRequest {
  readonly method: string;
  /** As sent: path and query. */
  readonly target: string;
  /** Whether the connection outlives the answer. */
  readonly keepAlive: boolean;
  /** False for HTTP/1.0 clients, which know no chunked bodies. */
  readonly chunksAllowed: boolean;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface HttpRequestReader {
  /** Takes what a socket gave and returns the requests completed by it; null once it is no HTTP. */
  readonly push: (bytes: Uint8Array) => readonly HttpRequest[] | null;
}

interface Head {
  readonly request: Omit<HttpRequest, "body">;
  readonly length: number;
  readonly chunked: boolean;
}

const MAX_HEAD = 1024 * 1024;
const HEAD_END = "\r\n\r\n";

function readHead(text: string): Head | null {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const [method, target, version] = requestLine.split(" ");
  if (method === undefined || target === undefined || !version?.startsWith("HTTP/1.")) return null;
  const headers: [string, string][] = [];
  let length = 0;
  let chunked = false;
  let keepAlive = version === "HTTP/1.1";
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return null;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.push([name, value]);
    if (name === "content-length") length = Number(value);
    if (name === "transfer-encoding") chunked = value.toLowerCase().endsWith("chunked");
    if (name === "connection" && value.toLowerCase() === "close") keepAlive = false;
  }
  if (!Number.isSafeInteger(length) || length < 0) return null;
  const chunksAllowed = version === "HTTP/1.1";
  return { request: { method, target, keepAlive, chunksAllowed, headers }, length, chunked };
}

interface ChunkReader {
  /** Takes the chunks that `held` completes. Says how many bytes those were, and whether it is over. */
  readonly take: (held: Buffer) => { used: number; over: boolean; valid: boolean };
  readonly body: () => Uint8Array;
}

function createChunkReader(): ChunkReader {
  const parts: Uint8Array[] = [];
  return {
    body: () => Buffer.concat(parts),
    take(held) {
      let used = 0;
      for (;;) {
        const lineEnd = held.indexOf("\r\n", used);
        if (lineEnd < 0) return { used, over: false, valid: true };
        const size = Number.parseInt(held.toString("latin1", used, lineEnd), 16);
        if (!(size >= 0)) return { used, over: false, valid: false };
        if (size === 0) {
          // Trailers, if any, end with the same blank line.
          const end = held.indexOf(HEAD_END, lineEnd);
          return end < 0
            ? { used, over: false, valid: true }
            : { used: end + 4, over: true, valid: true };
        }
        const next = lineEnd + 2 + size + 2;
        if (held.length < next) return { used, over: false, valid: true };
        parts.push(held.subarray(lineEnd + 2, next - 2));
        used = next;
      }
    },
  };
}

/** Makes a reader for one connection; pipelined requests come out together, in order. */
export function createHttpRequestReader(): HttpRequestReader {
  // Joined only when there may be something to read: uploads arrive in thousands of pieces.
  let pieces: Buffer[] = [];
  let size = 0;
  let head: Head | null = null;
  let chunks = createChunkReader();

  const join = (): Buffer => {
    const [only] = pieces;
    const whole = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    pieces = [whole];
    return whole;
  };
  const drop = (held: Buffer, count: number): void => {
    pieces = [held.subarray(count)];
    size -= count;
  };

  const next = (): HttpRequest | "more" | "bad" => {
    if (head === null) {
      const held = join();
      const end = held.indexOf(HEAD_END);
      if (end < 0) return size > MAX_HEAD ? "bad" : "more";
      head = readHead(held.toString("latin1", 0, end));
      if (head === null) return "bad";
      drop(held, end + 4);
    }
    const { request, length, chunked } = head;
    if (!chunked && size < length) return "more";
    const held = join();
    let body: Uint8Array = held.subarray(0, length);
    if (chunked) {
      const { used, over, valid } = chunks.take(held);
      drop(held, used);
      if (!over) return valid ? "more" : "bad";
      body = chunks.body();
      chunks = createChunkReader();
    } else drop(held, length);
    head = null;
    return { ...request, body };
  };

  return {
    push(bytes) {
      // Copied, because the socket's buffer is used again after this call.
      pieces.push(Buffer.from(bytes));
      size += bytes.length;
      const requests: HttpRequest[] = [];
      while (size > 0 || head !== null) {
        const request = next();
        if (request === "bad") return null;
        if (request === "more") break;
        requests.push(request);
      }
      return requests;
    },
  };
}
