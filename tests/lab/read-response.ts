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

function readChunked(bytes: Buffer): Pick<WireResponse, "body" | "end" | "rest"> {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size =
      lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0 && bytes.length >= start + 2)
      return { body: Buffer.concat(parts), end: "whole", rest: bytes.subarray(start + 2) };
    if (size > 0) parts.push(bytes.subarray(start, start + size));
    if (!(size > 0) || bytes.length < start + size + 2)
      return { body: Buffer.concat(parts), end: "short", rest: Buffer.alloc(0) };
    at = start + size + 2;
  }
}

/** Reads the first response in the bytes of a connection. */
export function readResponse(bytes: Buffer, method = "GET"): WireResponse {
  const none = Buffer.alloc(0);
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return { status: 0, headers: [], body: none, end: "headless", rest: none };
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const header = (name: string): string | undefined => headers.find(([key]) => key === name)?.[1];
  const after = bytes.subarray(headEnd + 4);
  if (method === "HEAD" || status === 204 || status === 304)
    return { status, headers, body: none, end: "whole", rest: after };
  if (header("transfer-encoding")?.endsWith("chunked") === true)
    return { status, headers, ...readChunked(after) };
  const length = header("content-length");
  if (length === undefined) return { status, headers, body: after, end: "unbounded", rest: none };
  const body = after.subarray(0, Number(length));
  const end = body.length < Number(length) ? "short" : "whole";
  return { status, headers, body, end, rest: after.subarray(Number(length)) };
}
