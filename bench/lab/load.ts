// Load that costs next to nothing: calls over bare keep-alive sockets, each answered before the next.
import type { Socket } from "bun";
import type { BenchAnswer } from "./model-server.ts";

export interface Load {
  /** Connections that call at the same time. */
  readonly atOnce: number;
  readonly answer: BenchAnswer;
  /** Where the calls go; absent: to chats. */
  readonly path?: string;
  /** The request's body, for the call of that number. */
  body(call: number): Buffer;
  /** No call begins once this one says so. @param calls those begun */
  over(calls: number): boolean;
}

export interface Loaded {
  readonly calls: number;
  /** ms from sending to the answer's end, one for each call. */
  readonly took: readonly number[];
  /** ms that events of streams were late, of every few. */
  readonly late: readonly number[];
}

interface Calling {
  began: number;
  reads: number;
  /** Bytes of the answer still to come; null: it ends with a last chunk. */
  left: number | null;
  /** Of the head, or of the last bytes before. */
  held: string;
  inBody: boolean;
}

const lastChunk = "\r\n0\r\n\r\n";
/** Reads of which one is looked into for its event's time. */
const sampled = 16;

/** @param url where the calls go; rejects where an answer is not a 200 or a connection breaks */
export function runLoad(url: string, load: Load): Promise<Loaded> {
  const { hostname, port, host } = new URL(url);
  const took: number[] = [];
  const late: number[] = [];
  let calls = 0;
  let connections = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Loaded>();

  function next(socket: Socket<Calling>): void {
    if (load.over(calls)) {
      socket.end();
      if (--connections === 0) resolve({ calls, took, late });
      return;
    }
    const body = load.body(calls++);
    socket.data = { began: performance.now(), reads: 0, left: null, held: "", inBody: false };
    const head =
      `POST ${load.path ?? "/v1/chat/completions"} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
      `User-Agent: bench\r\nAccept: */*\r\nX-Bench: ${load.answer}\r\nContent-Length: ${body.length}\r\n\r\n`;
    write(socket, Buffer.concat([Buffer.from(head), body]));
  }

  function read(socket: Socket<Calling>, bytes: Buffer): void {
    const { data } = socket;
    let from = 0;
    if (!data.inBody) {
      data.held += bytes.toString("latin1");
      const end = data.held.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!data.held.startsWith("HTTP/1.1 200")) return fail(new Error(data.held.slice(0, 400)));
      const length = /\ncontent-length: *(\d+)/i.exec(data.held.slice(0, end))?.[1];
      const inHead = end + 4 - (data.held.length - bytes.length);
      data.inBody = true;
      data.held = "";
      data.left = length === undefined ? null : Number(length);
      from = inHead;
    }
    if (data.left !== null) {
      data.left -= bytes.length - from;
      if (data.left > 0) return;
    } else {
      if (++data.reads % sampled === 0) {
        const time = /@([\d.]+) ab"\}/.exec(bytes.toString("latin1"))?.[1];
        if (time !== undefined) late.push(performance.now() - Number(time));
      }
      const tail = data.held + bytes.toString("latin1", Math.max(from, bytes.length - 7));
      data.held = tail.slice(-7);
      if (data.held !== lastChunk) return;
    }
    took.push(performance.now() - data.began);
    next(socket);
  }

  function fail(error: Error): void {
    reject(error);
  }

  for (let at = 0; at < load.atOnce; at++) {
    connections++;
    Bun.connect<Calling>({
      hostname,
      port: Number(port),
      socket: {
        open: next,
        data: (socket, bytes) =>
          read(socket, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
        drain: (socket) => write(socket, Buffer.alloc(0)),
        error: (_, error) => fail(error),
        connectError: (_, error) => fail(error),
      },
    }).catch(fail);
  }
  return promise;
}

const unsent = new WeakMap<object, Buffer>();

function write(socket: Socket<Calling>, bytes: Buffer): void {
  const waiting = unsent.get(socket);
  const all = waiting === undefined ? bytes : Buffer.concat([waiting, bytes]);
  const taken = all.length === 0 ? 0 : Math.max(0, socket.write(all));
  if (taken < all.length) unsent.set(socket, all.subarray(taken));
  else if (waiting !== undefined) unsent.delete(socket);
}
