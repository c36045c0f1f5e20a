// An HTTP client on a bare socket: sees every byte and when it came, and may leave or stop reading.
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { createEndWatch, readResponse, type WireResponse } from "./read-response.ts";

export interface RawRequest {
  readonly method?: string;
  /** Path and query. */
  readonly path: string;
  /** In this order, after Host and before Content-Length; `connection: close` unless named. */
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes as JSON. */
  readonly body?: string | Uint8Array | object;
}

/** What came in one piece; times on `performance.now()`'s clock. */
export interface Arrival {
  readonly at: number;
  readonly bytes: Buffer;
}

export interface RawExchange {
  readonly sentAt: number;
  readonly arrivals: readonly Arrival[];
  /** Everything that came so far. */
  readonly bytes: () => Buffer;
  readonly text: () => string;
  readonly response: () => WireResponse;
  /** Resolves once this text stood on the wire or so many bytes came; rejects if the end comes first. */
  readonly waitFor: (what: string | number) => Promise<void>;
  /** How the server ended the connection, or that this client left; resolves then. */
  readonly ended: Promise<"fin" | "reset" | "left">;
  /** Resolves to the response once it is whole, or the connection ended. */
  readonly whole: () => Promise<WireResponse>;
  /** Sends further bytes on the same connection. */
  readonly send: (bytes: string | Uint8Array) => void;
  /** Leaves, with FIN or RST. */
  readonly leave: (how?: "fin" | "reset") => void;
  /** Stops reading, so that the operating system's buffers fill up; and goes on. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** The bytes of a request. */
export function requestBytes(host: string, request: RawRequest): Buffer {
  const { method = request.body === undefined ? "GET" : "POST", path, body } = request;
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  const payload = Buffer.from(body === undefined ? "" : isBytes ? body : JSON.stringify(body));
  const given = Object.entries(request.headers ?? {});
  const has = (name: string): boolean => given.some(([key]) => key.toLowerCase() === name);
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of given) lines.push(`${name}: ${value}`);
  if (!has("connection")) lines.push("Connection: close");
  if (body !== undefined && !has("content-type")) lines.push("Content-Type: application/json");
  if (body !== undefined && !has("content-length") && !has("transfer-encoding"))
    lines.push(`Content-Length: ${payload.length}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), payload]);
}

/** Bytes in one piece, whatever their number; adding costs as much as is added. */
function createGrowingBuffer() {
  let room = Buffer.allocUnsafe(4_096);
  let length = 0;
  return {
    bytes: (): Buffer => room.subarray(0, length),
    /** Returns the bytes added, which stay as they are. */
    add(chunk: Uint8Array): Buffer {
      const from = length;
      length += chunk.length;
      if (length > room.length) {
        const larger = Buffer.allocUnsafe(2 * length);
        room.copy(larger, 0, 0, from);
        room = larger;
      }
      room.set(chunk, from);
      return room.subarray(from, length);
    },
  };
}

/** Sends a request to the origin of `url` on a connection of its own; resolves once it is sent. */
export async function rawRequest(url: string, request: RawRequest): Promise<RawExchange> {
  const { hostname, port, host } = new URL(url);
  const method = request.method ?? (request.body === undefined ? "GET" : "POST");
  const arrivals: Arrival[] = [];
  const checks = new Set<() => void>();
  const ended = Promise.withResolvers<"fin" | "reset" | "left">();
  let end: "fin" | "reset" | "left" | null = null;
  const received = createGrowingBuffer();
  const { bytes } = received;
  const check = (): void => {
    for (const one of checks) one();
  };
  const finish = (how: "fin" | "reset" | "left"): void => {
    end ??= how;
    ended.resolve(end);
    check();
  };

  const connected = Promise.withResolvers<Socket>();
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
    connected.resolve(socket);
  });
  socket.on("data", (chunk: Buffer) => {
    arrivals.push({ at: performance.now(), bytes: received.add(chunk) });
    check();
  });
  socket.on("error", (error) => {
    connected.reject(error);
    finish("reset");
  });
  socket.on("end", () => {
    finish("fin");
  });
  socket.on("close", () => {
    finish("fin");
  });
  await connected.promise;
  socket.write(requestBytes(host, request));

  /** Resolves when `holds` does, or else when the connection has ended. */
  const until = (holds: () => boolean): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const one = (): void => {
      const held = holds();
      if (!held && end === null) return;
      checks.delete(one);
      resolve(held);
    };
    checks.add(one);
    one();
    return promise;
  };
  const response = (): WireResponse => readResponse(bytes(), method);

  return {
    sentAt: performance.now(),
    arrivals,
    bytes,
    text: () => bytes().toString(),
    response,
    async waitFor(what) {
      let searched = 0;
      const came = await until(() => {
        if (typeof what === "number") return bytes().length >= what;
        if (bytes().includes(what, searched)) return true;
        searched = Math.max(0, bytes().length - Buffer.byteLength(what));
        return false;
      });
      if (!came) throw new Error(`${end} before ${what}; came: ${bytes().toString()}`);
    },
    ended: ended.promise,
    async whole() {
      const isWhole = createEndWatch(method);
      await until(() => isWhole(bytes()));
      return response();
    },
    send(more) {
      socket.write(more);
    },
    leave(how = "fin") {
      finish("left");
      if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    },
    pause() {
      socket.pause();
    },
    resume() {
      socket.resume();
    },
  };
}
