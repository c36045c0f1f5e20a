// A client for answers too large to keep: counts and hashes a body as it comes, and may stop reading.
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { requestBytes, type RawRequest } from "./raw-request.ts";

export interface SlowReader {
  /** Bytes of the body so far. */
  readonly received: () => number;
  /** Stops reading, so that the operating system's buffers fill up; and goes on. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly leave: () => void;
  /** Resolves once the body is whole, or the connection has ended before that. */
  readonly over: Promise<ReadAnswer>;
}

export interface ReadAnswer {
  readonly whole: boolean;
  readonly bytes: number;
  /** Of the body; SHA-256 in hex. */
  readonly hash: string;
  /** The body's last bytes. */
  readonly tail: string;
}

/** Sends a request on a connection of its own; resolves once the answer's first byte is there. */
export async function slowReader(url: string, request: RawRequest): Promise<SlowReader> {
  const { hostname, port, host } = new URL(url);
  const body = createBody();
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<ReadAnswer>();
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
    socket.write(requestBytes(host, request));
  });
  socket.on("data", (bytes) => {
    body.take(Buffer.from(bytes));
    begun.resolve();
    if (body.whole()) over.resolve(body.answer());
  });
  socket.on("error", (error) => begun.reject(error));
  socket.on("close", () => {
    begun.resolve();
    over.resolve(body.answer());
  });
  await begun.promise;
  return {
    received: () => body.answer().bytes,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    leave: () => void socket.destroy(),
    over: over.promise,
  };
}

/** Reads a head and a body, chunked or of a known length (RFC 9112 §6), keeping nothing but sums. */
function createBody() {
  const hasher = new Bun.CryptoHasher("sha256");
  let head = "";
  let framing: "unknown" | "chunked" | "length" = "unknown";
  let line = "";
  /** Of the chunk under way, with its line end; or of the whole body. */
  let left = 0;
  let bytes = 0;
  let whole = false;
  let tail = Buffer.alloc(0);

  function add(part: Buffer): void {
    hasher.update(part);
    bytes += part.length;
    tail = Buffer.concat([tail, part.subarray(-64)]).subarray(-64);
  }
  /** Takes the head's next bytes, and gives what follows it. */
  function takeHead(chunk: Buffer): Buffer {
    const before = head.length;
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return Buffer.alloc(0);
    const length = /^content-length: *(\d+)/im.exec(head.slice(0, end));
    framing = length === null ? "chunked" : "length";
    left = Number(length?.[1] ?? 0);
    return chunk.subarray(end + 4 - before);
  }
  function takeChunked(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !whole) {
      if (left > 0) {
        const end = Math.min(chunk.length, at + left);
        const content = Math.min(end, at + Math.max(0, left - 2));
        if (content > at) add(chunk.subarray(at, content));
        left -= end - at;
        at = end;
        continue;
      }
      line += String.fromCharCode(chunk[at++] ?? 0);
      if (!line.endsWith("\r\n")) continue;
      const size = Number.parseInt(line, 16);
      whole = size === 0;
      left = size + 2;
      line = "";
    }
  }
  function take(chunk: Buffer): void {
    const content = framing === "unknown" ? takeHead(chunk) : chunk;
    if (framing === "chunked") takeChunked(content);
    if (framing !== "length") return;
    add(content);
    left -= content.length;
    whole = left === 0;
  }
  return {
    take,
    whole: () => whole,
    answer: () => ({ whole, bytes, hash: hasher.copy().digest("hex"), tail: tail.toString() }),
  };
}
