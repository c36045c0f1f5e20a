// The Upstream port over Bun's fetch, with the deadlines fetch does not have.
import type { Clock, Deadlines } from "../../ports/clock.ts";
import type {
  BodyRead,
  Exchange,
  NoAnswer,
  Upstream,
  UpstreamAnswer,
  UpstreamBody,
  UpstreamRequest,
} from "../../ports/upstream.ts";
import { ConnectWatch } from "./connect-watch.ts";
import { beginFetch, headersOf } from "./begin-fetch.ts";
import { decodeBody, NotInCoding } from "./decode-body.ts";
import { isReset, reasonOf, wordsFor } from "./fetch-errors.ts";
import { LargeBodyWatch } from "./large-bodies.ts";

/** Why the router itself aborted an exchange. */
type AbortCause = "connect" | "silence" | "gone";

/** @param clock by which silence is noticed, to a tenth of a second */
export function createFetchUpstream(clock: Pick<Clock, "elapsed" | "watch" | "unwatch">): Upstream {
  return { send: (request) => new FetchExchange(request, clock) };
}

/** While the upstream is waited for its silence counts; in between, silence is the router's own. */
const notWaiting = Number.POSITIVE_INFINITY;

/** An exchange, and its answer's body: one object for all that goes on between two sockets. */
class FetchExchange implements Exchange, UpstreamBody, Deadlines {
  readonly reply: Promise<UpstreamAnswer | NoAnswer>;
  readonly #request: UpstreamRequest;
  readonly #clock: Pick<Clock, "elapsed" | "watch" | "unwatch">;
  readonly #abort = new AbortController();
  #cut: AbortCause | null = null;
  #waitingSince = notWaiting;
  #watch: ConnectWatch | null = null;
  #heardBefore = false;
  #over = false;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  readonly #passedOn = new LargeBodyWatch();
  #lastBytes = 0;

  constructor(request: UpstreamRequest, clock: Pick<Clock, "elapsed" | "watch" | "unwatch">) {
    this.#request = request;
    this.#clock = clock;
    this.reply = this.#ask();
  }

  async #ask(): Promise<UpstreamAnswer | NoAnswer> {
    const request = this.#request;
    this.#wait();
    this.#clock.watch(this);
    try {
      const { signal } = this.#abort;
      const response = await beginFetch(request, signal);
      this.#heard();
      const { headers, stream } = decodeBody(headersOf(response.headers), response.body);
      if (stream === null) this.#end();
      else this.#reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      const connectMs = this.#watch?.connectMs() ?? null;
      return { kind: "answered", status: response.status, headers, connectMs, body: this };
    } catch (error) {
      this.#end();
      return this.#noAnswer(error);
    }
  }

  read(): Promise<BodyRead> {
    if (this.#cut === "gone") return Promise.resolve({ kind: "aborted" });
    const reader = this.#reader;
    if (this.#over || reader === null) return Promise.resolve({ kind: "end" });
    this.#passedOn.passed(this.#lastBytes);
    this.#wait();
    return reader.read().then(this.#took, this.#failed);
  }

  // Made once: a stream's reads are many.
  readonly #took = ({
    done,
    value,
  }: {
    done: boolean;
    value?: Uint8Array | undefined;
  }): BodyRead => {
    if (done || value === undefined) {
      this.#end();
      return { kind: "end" };
    }
    this.#heard();
    this.#lastBytes = value.length;
    return { kind: "bytes", bytes: value };
  };

  readonly #failed = (error: unknown): BodyRead => {
    this.#end();
    return this.#brokenRead(error);
  };

  cancel(): void {
    if (this.#over) return;
    this.#give("gone");
    this.#end();
  }

  check(elapsed: number): void {
    const silence = elapsed - this.#waitingSince;
    if (silence < 0) return;
    if (silence >= this.#request.silenceTimeoutMs) {
      this.#give("silence");
      return;
    }
    if (this.#watch === null) {
      this.#watch = new ConnectWatch(this.#request, () => this.#give("connect"));
      if (this.#heardBefore) this.#watch.heard();
    }
    this.#watch.silent(silence);
  }

  #wait(): void {
    this.#waitingSince = this.#clock.elapsed();
  }

  #heard(): void {
    this.#waitingSince = notWaiting;
    this.#heardBefore = true;
    this.#watch?.heard();
  }

  #give(cause: AbortCause): void {
    this.#cut ??= cause;
    this.#abort.abort();
  }

  #end(): void {
    this.#over = true;
    this.#heard();
    this.#clock.unwatch(this);
  }

  #brokenRead(error: unknown): BodyRead {
    switch (this.#cut) {
      case "gone":
        return { kind: "aborted" };
      case "silence":
        return { kind: "timed-out", message: "no byte for longer than REQUEST_TIMEOUT" };
      case "connect":
        return { kind: "timed-out", message: "the upstream can no longer be reached" };
      case null:
        return error instanceof NotInCoding
          ? { kind: "undecodable", message: error.message }
          : { kind: "broke", message: wordsFor(error) };
    }
  }

  #noAnswer(error: unknown): NoAnswer {
    const request = this.#request;
    const connectMs = this.#watch?.connectMs() ?? null;
    const seconds = (ms: number) => `${ms / 1_000} s`;
    const said = wordsFor(error, request.proxy !== null);
    switch (this.#cut) {
      case "gone":
        return { kind: "aborted" };
      case "silence":
        return {
          kind: "timed-out",
          timer: "silence",
          message: `no byte within ${seconds(request.silenceTimeoutMs)} (REQUEST_TIMEOUT)`,
          connectMs,
        };
      case "connect":
        return {
          kind: "timed-out",
          timer: "connect",
          message: `no connection within ${seconds(request.connectTimeoutMs)} (CONNECT_TIMEOUT)`,
          connectMs,
        };
      case null:
        return isReset(error)
          ? { kind: "reset", message: said, connectMs }
          : { kind: "unreachable", reason: reasonOf(error), message: said, connectMs };
    }
  }
}
