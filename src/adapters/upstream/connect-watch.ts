// Tells a model that is thinking from a machine that is not there: while no byte comes, a bare TCP
// connection to the same address must succeed within the connect timeout. A fast answer never pays for it.
import { connect, type Socket } from "node:net";
import type { UpstreamRequest } from "../../ports/upstream.ts";

/** Silence before the first look. */
const firstLookMs = 100;
/** Between looks, while the silence lasts. */
const nextLookMs = 15_000;

export interface ConnectWatch {
  resume(): void;
  pause(): void;
  /** ms the last look took to connect; null: none was needed. */
  connectMs(): number | null;
}

/** @param onUnreachable called when a look finds no one within `connectTimeoutMs` of the silence's start */
export function watchConnection(request: UpstreamRequest, onUnreachable: () => void): ConnectWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: Socket | null = null;
  let took: number | null = null;
  let delay = Math.min(firstLookMs, request.connectTimeoutMs / 2);

  function look(waited: number) {
    // Before a proxy it is the proxy that must be there; what lies behind it, only an answer can tell.
    const { hostname, port, protocol } = new URL(request.proxy ?? request.url);
    const started = performance.now();
    const left = Math.max(1, request.connectTimeoutMs - waited);
    const mine = connect({
      // A URL keeps the brackets of an IPv6 address; a socket must not have them.
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    });
    timer = setTimeout(() => {
      close();
      onUnreachable();
    }, left);
    socket = mine;
    mine.on("connect", () => {
      took ??= Math.round(performance.now() - started);
      again();
    });
    // A refusal is an answer of its own, and the request meets it by itself.
    mine.on("error", () => {
      if (socket === mine) again();
    });
  }
  function again() {
    close();
    delay = nextLookMs;
    timer = setTimeout(look, delay, 0);
  }
  function close() {
    clearTimeout(timer);
    socket?.destroy();
    socket = null;
  }
  return {
    resume() {
      timer = setTimeout(look, delay, delay);
    },
    pause() {
      close();
      delay = nextLookMs;
    },
    connectMs: () => took,
  };
}
