// An HTTP response as it stood on the wire, taken apart, with a verdict on its end.
import { Buffer } from "node:buffer";

export interface WireResponse {
  /** 0 where no status line came. */
  readonly status: number;
  /** Names in lower case, in the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Without chunk framing; as much as came. */
  readonly body: Buffer;
  /**
   * `whole`: as many bytes as promised, or the last chunk; `short`: fewer; `unbounded`: only the
   * connection's end bounds it; `headless`: no complete head came.
   */
  readonly end: "whole" | "short" | "unbounded" | "headless";
  /** Bytes after the response's end. */
  readonly rest: Buffer;
}

interface Head extends Pick<WireResponse, "status" | "headers"> {
  /** Where the body begins. */
  readonly start: number;
  /** What bounds the body; a number is its length in bytes. */
  readonly framing: "chunked" | "unbounded" | number;
}

function readHead(bytes: Buffer, end: number, method: string): Head {
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const header = (name: string): string | undefined => headers.find(([key]) => key === name)?.[1];
  const head = { status, headers, start: end + 4 };
  if (method === "HEAD" || status === 204 || status === 304) return { ...head, framing: 0 };
  if (header("transfer-encoding")?.endsWith("chunked") === true)
    return { ...head, framing: "chunked" };
  const length = header("content-length");
  return { ...head, framing: length === undefined ? "unbounded" : Number(length) };
}

/** The chunk whose size line begins there. */
function chunkAt(bytes: Buffer, at: number) {
  const lineEnd = bytes.indexOf("\r\n", at);
  const size =
    lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
  const start = lineEnd + 2;
  const next = start + size + 2;
  return { size, start, next, isWhole: size >= 0 && bytes.length >= next };
}

function readChunked(bytes: Buffer): Pick<WireResponse, "body" | "end" | "rest"> {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const { size, start, next, isWhole } = chunkAt(bytes, at);
    if (size === 0 && isWhole)
      return { body: Buffer.concat(parts), end: "whole", rest: bytes.subarray(next) };
    if (size > 0) parts.push(bytes.subarray(start, start + size));
    if (!isWhole) return { body: Buffer.concat(parts), end: "short", rest: Buffer.alloc(0) };
    at = next;
  }
}

/** Reads the first response in the bytes of a connection. */
export function readResponse(bytes: Buffer, method = "GET"): WireResponse {
  const none = Buffer.alloc(0);
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return { status: 0, headers: [], body: none, end: "headless", rest: none };
  const { status, headers, start, framing } = readHead(bytes, headEnd, method);
  const after = bytes.subarray(start);
  if (framing === "chunked") return { status, headers, ...readChunked(after) };
  if (framing === "unbounded") return { status, headers, body: after, end: framing, rest: none };
  const body = after.subarray(0, framing);
  const end = body.length < framing ? "short" : "whole";
  return { status, headers, body, end, rest: after.subarray(framing) };
}

/** Tells of a connection's bytes, asked again as they grow, whether the first response is whole; goes on from where it was. */
export function createEndWatch(method: string): (bytes: Buffer) => boolean {
  let head: Head | null = null;
  /** Of the next chunk. */
  let at = 0;
  return (bytes) => {
    if (head === null) {
      const headEnd = bytes.indexOf("\r\n\r\n");
      if (headEnd < 0) return false;
      head = readHead(bytes, headEnd, method);
      at = head.start;
    }
    if (head.framing === "unbounded") return false;
    if (head.framing !== "chunked") return bytes.length >= head.start + head.framing;
    for (;;) {
      const { size, next, isWhole } = chunkAt(bytes, at);
      if (size === 0 || !isWhole) return isWhole;
      at = next;
    }
  };
}
