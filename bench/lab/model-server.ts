// A model server that costs next to nothing: canned HTTP over a bare socket, so that what is measured
// in front of it is never waiting for it. What it answers is said by the header `X-Bench`.
import type { Socket } from "bun";

/**
 * `plain BYTES`: a chat completion of about that size. `stream EVENTS RATE`: that number of events, RATE
 * per second, each bearing the time at which it was written.
 */
export type BenchAnswer = `plain ${number}` | `stream ${number} ${number}`;

export interface ModelServer {
  readonly url: string;
  stop(): void;
}

interface Connection {
  received: Buffer;
  /** What the kernel did not take. */
  unsent: Buffer;
  stream: { left: number; readonly everyMs: number; due: number } | null;
}

const head = "HTTP/1.1 200 OK\r\n";
const plainAnswers = new Map<number, Buffer>();

/** Its events bear `performance.now()` of this process: whoever reads them in it can tell how late they are. */
export function startModelServer(): ModelServer {
  const streaming = new Set<Socket<Connection>>();
  const listener = Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { received: Buffer.alloc(0), unsent: Buffer.alloc(0), stream: null };
      },
      data(socket, bytes) {
        const { data } = socket;
        data.received =
          data.received.length === 0 ? Buffer.from(bytes) : Buffer.concat([data.received, bytes]);
        for (let answer = nextRequest(data); answer !== null; answer = nextRequest(data))
          begin(socket, answer);
      },
      drain: (socket) => send(socket, Buffer.alloc(0)),
      close: (socket) => void streaming.delete(socket),
      error: () => undefined,
    },
  });

  function begin(socket: Socket<Connection>, answer: string): void {
    const [kind, first, second] = answer.split(" ");
    if (kind === "plain") return send(socket, plainAnswer(Number(first)));
    send(
      socket,
      Buffer.from(
        `${head}Content-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ),
    );
    const everyMs = 1_000 / Number(second);
    // Spread over the interval, as calls of different clients are.
    const due = performance.now() + everyMs * Math.random();
    socket.data.stream = { left: Number(first), everyMs, due };
    streaming.add(socket);
  }

  function tick(): void {
    const now = performance.now();
    for (const socket of streaming) {
      const { stream } = socket.data;
      if (stream === null || stream.due > now) continue;
      stream.due += stream.everyMs;
      send(socket, chunk(event(now)));
      if (--stream.left > 0) continue;
      streaming.delete(socket);
      socket.data.stream = null;
      send(socket, lastEvents);
    }
  }
  const ticking = setInterval(tick, 1);

  return {
    url: `http://127.0.0.1:${listener.port}`,
    stop() {
      clearInterval(ticking);
      listener.stop(true);
    },
  };
}

function send(socket: Socket<Connection>, bytes: Buffer): void {
  const { data } = socket;
  const all = data.unsent.length === 0 ? bytes : Buffer.concat([data.unsent, bytes]);
  const taken = all.length === 0 ? 0 : Math.max(0, socket.write(all));
  data.unsent = all.subarray(taken);
}

/** Takes one whole request off what was received; the answer that it asks for, null where it is not whole. */
function nextRequest(data: Connection): string | null {
  const end = data.received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const text = data.received.toString("latin1", 0, end);
  const length = Number(/\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  const whole = end + 4 + length;
  if (data.received.length < whole) return null;
  data.received = data.received.subarray(whole);
  return /\nx-bench: *([^\r]+)/i.exec(text)?.[1] ?? "plain 200";
}

function plainAnswer(bytes: number): Buffer {
  let answer = plainAnswers.get(bytes);
  if (answer === undefined) {
    const body = JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "m",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: words(bytes - 260) },
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 200, completion_tokens: 100, total_tokens: 300 },
    });
    answer = Buffer.from(
      `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    plainAnswers.set(bytes, answer);
  }
  return answer;
}

/** Text of that length, in characters. */
export function words(characters: number): string {
  return "The quick brown fox jumps over the lazy dog. "
    .repeat(Math.ceil(Math.max(0, characters) / 45))
    .slice(0, Math.max(0, characters));
}

const chunkHead =
  '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m",';

/** About 160 bytes. */
function event(now: number): string {
  const content = `@${now.toFixed(2)} ab`;
  return `data: ${chunkHead}"choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":null}]}\n\n`;
}

function chunk(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

const lastEvents = Buffer.concat([
  chunk(
    `data: ${chunkHead}"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":100,"total_tokens":300}}\n\n`,
  ),
  chunk("data: [DONE]\n\n"),
  Buffer.from("0\r\n\r\n"),
]);
