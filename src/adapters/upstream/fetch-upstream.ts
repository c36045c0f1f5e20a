// The Upstream port over Bun's fetch, with the timers fetch does not have.
import type { HeaderList } from "../../domain/http/headers.ts";
import type {
  BodyRead,
  NoAnswer,
  Upstream,
  UpstreamAnswer,
  UpstreamBody,
  UpstreamRequest,
} from "../../ports/upstream.ts";
import { type ConnectWatch, watchConnection } from "./connect-watch.ts";
import { createCertificates } from "./certificates.ts";
import { decodeBody, NotInCoding } from "./decode-body.ts";
import { isDistrust, isReset, reasonOf, wordsFor } from "./fetch-errors.ts";
import { watchLargeBody } from "./large-bodies.ts";
import { withoutNoProxy } from "./proxied.ts";

/** Why the router itself aborted an exchange. */
type AbortCause = "connect" | "silence" | "gone";

export const fetchUpstream: Upstream = { send };

async function send(request: UpstreamRequest): Promise<UpstreamAnswer | NoAnswer> {
  const exchange = startExchange(request);
  try {
    const response = await trusting(request, exchange);
    exchange.pause();
    const { headers, stream } = decodeBody(headersOf(response), response.body);
    return {
      kind: "answered",
      status: response.status,
      headers,
      connectMs: exchange.connectMs(),
      body: bodyOf(stream, exchange),
    };
  } catch (error) {
    exchange.end();
    return noAnswer(error, exchange, request);
  }
}

/** A certificate that is refused may be vouched for by a CA that was renewed: then it is asked once more. */
async function trusting(request: UpstreamRequest, exchange: Exchange): Promise<Response> {
  try {
    return await begin(request, exchange);
  } catch (error) {
    const { ca } = request;
    if (ca === null || !isDistrust(error) || !(await certificates.renewed(ca))) throw error;
    return begin(request, exchange);
  }
}

function begin(request: UpstreamRequest, { signal }: Exchange): Promise<Response> {
  const start = () =>
    fetch(request.url, {
      method: request.method,
      headers: request.headers as [string, string][],
      body: request.body as Uint8Array<ArrayBuffer> | null,
      signal,
      redirect: "manual",
      decompress: false,
      keepalive: !request.freshConnection,
      // Bun's own idle limit of 300 s would cut a slow model; the exchange's timers stand in for it.
      timeout: false,
      // Proxy variables would apply even to servers on this machine.
      proxy: request.proxy ?? false,
      ...tlsOf(request),
    } as RequestInit);
  return request.proxy === null ? start() : withoutNoProxy(start);
}

interface Exchange {
  readonly signal: AbortSignal;
  cut(): AbortCause | null;
  abort(why: AbortCause): void;
  connectMs(): number | null;
  /** The upstream is being waited for: its silence counts. */
  resume(): void;
  /** Bytes have come: until the next wait, silence is the router's own. */
  pause(): void;
  end(): void;
}

function startExchange(request: UpstreamRequest): Exchange {
  const controller = new AbortController();
  let why: AbortCause | null = null;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const abort = (cut: AbortCause) => {
    why ??= cut;
    controller.abort();
  };
  const gone = () => abort("gone");
  const watch: ConnectWatch = watchConnection(request, () => abort("connect"));
  request.signal.addEventListener("abort", gone);
  if (request.signal.aborted) gone();

  function resume() {
    silence = setTimeout(() => abort("silence"), request.silenceTimeoutMs);
    watch.resume();
  }
  function pause() {
    clearTimeout(silence);
    watch.pause();
  }
  resume();
  return {
    signal: controller.signal,
    cut: () => why,
    abort,
    connectMs: () => watch.connectMs(),
    resume,
    pause,
    end() {
      pause();
      request.signal.removeEventListener("abort", gone);
    },
  };
}

function bodyOf(stream: ReadableStream<Uint8Array> | null, exchange: Exchange): UpstreamBody {
  const reader = stream?.getReader();
  if (reader === undefined) exchange.end();
  let over = reader === undefined;
  const passedOn = watchLargeBody();
  let lastBytes = 0;
  return {
    async read(): Promise<BodyRead> {
      if (exchange.cut() === "gone") return { kind: "aborted" };
      if (over || reader === undefined) return { kind: "end" };
      passedOn(lastBytes);
      exchange.resume();
      try {
        const { done, value } = await reader.read();
        exchange.pause();
        if (!done) {
          lastBytes = value.length;
          return { kind: "bytes", bytes: value };
        }
        over = true;
        exchange.end();
        return { kind: "end" };
      } catch (error) {
        exchange.end();
        return brokenRead(error, exchange);
      }
    },
    cancel() {
      if (over) return;
      exchange.abort("gone");
      exchange.end();
    },
  };
}

function brokenRead(error: unknown, exchange: Exchange): BodyRead {
  switch (exchange.cut()) {
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

function noAnswer(error: unknown, exchange: Exchange, request: UpstreamRequest): NoAnswer {
  const connectMs = exchange.connectMs();
  const seconds = (ms: number) => `${ms / 1_000} s`;
  const said = wordsFor(error, request.proxy !== null);
  switch (exchange.cut()) {
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

function headersOf(response: Response): HeaderList {
  const headers: [string, string][] = [];
  // for…of, because it alone gives every Set-Cookie a line of its own.
  for (const pair of response.headers) headers.push(pair);
  return headers;
}

const certificates = createCertificates(() => performance.now());

function tlsOf({ insecure, ca }: UpstreamRequest): object {
  if (insecure) return { tls: { rejectUnauthorized: false } };
  return ca === null ? {} : { tls: { ca: certificates.of(ca) } };
}
