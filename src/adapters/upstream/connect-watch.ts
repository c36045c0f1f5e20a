// Tells a model that is thinking from a machine that is not there: while no byte comes, a bare TCP
// connection to the same address must succeed within the connect timeout. A fast answer never pays for it.
import { connect, type Socket } from "node:net";
import type { UpstreamRequest } from "../../ports/upstream.ts";

/** Silence before the first look. */
const firstLookMs = 100;
/** Between looks, while the silence lasts. */
const nextLookMs = 15_000;

export class ConnectWatch {
  readonly #request: UpstreamRequest;
  readonly #onUnreachable: () => void;
  /** ms of silence until a look is taken, or another one. */
  #due: number;
  #socket: Socket | null = null;
  #giveUp: ReturnType<typeof setTimeout> | undefined;
  #took: number | null = null;

  /** @param onUnreachable called when a look finds no one within `connectTimeoutMs` of the silence's start */
  constructor(request: UpstreamRequest, onUnreachable: () => void) {
    this.#request = request;
    this.#onUnreachable = onUnreachable;
    this.#due = Math.min(firstLookMs, request.connectTimeoutMs / 2);
  }

  /** @param silence ms since the last byte */
  silent(silence: number): void {
    if (this.#socket === null && silence >= this.#due) this.#look(silence);
  }

  /** Bytes have come: a look that is under way says no more than they do. */
  heard(): void {
    this.#due = nextLookMs;
    if (this.#socket !== null) this.#close();
  }

  /** ms the first look took to connect; null: none was needed. */
  connectMs(): number | null {
    return this.#took;
  }

  #look(silence: number): void {
    // Before a proxy it is the proxy that must be there; what lies behind it, only an answer can tell.
    const { hostname, port, protocol } = new URL(this.#request.proxy ?? this.#request.url);
    const started = performance.now();
    const left = Math.max(
      1,
      this.#request.connectTimeoutMs - (this.#due < nextLookMs ? silence : 0),
    );
    const socket = connect({
      // A URL keeps the brackets of an IPv6 address; a socket must not have them.
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    });
    this.#socket = socket;
    this.#giveUp = setTimeout(() => {
      this.#close();
      this.#onUnreachable();
    }, left);
    const over = () => {
      if (this.#socket !== socket) return;
      this.#close();
      this.#due = silence + (performance.now() - started) + nextLookMs;
    };
    socket.on("connect", () => {
      this.#took ??= Math.round(performance.now() - started);
      over();
    });
    // A refusal is an answer of its own, and the request meets it by itself.
    socket.on("error", over);
  }

  #close(): void {
    clearTimeout(this.#giveUp);
    this.#socket?.destroy();
    this.#socket = null;
  }
}
