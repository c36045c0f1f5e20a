// The router's own questions to servers, beside the calls it relays: lists, descriptions, what is loaded.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { type HeaderList, requestHeaders } from "../../../domain/http/headers.ts";
import {
  inTheirPlaces,
  keyPlaces,
  questionProtocol,
  withVersion,
} from "../../../domain/http/key-places.ts";
import type { Via } from "../../../domain/http/via.ts";
import { isRedirect, redirectWords } from "../../../domain/http/redirect.ts";
import { upstreamUrl } from "../../../domain/routing/upstream-url.ts";
import type { Server } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Upstream, UpstreamBody } from "../../../ports/upstream.ts";

export interface ServerQuestion {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array;
  /** ms that it may take once it is reached, in place of 2 s. */
  readonly limitMs?: number;
  /** Whose credentials to show where the server has no key of its own; by default nobody's. */
  readonly client?: HeaderList;
}

export type ServerSays =
  /** It sends its callers elsewhere; `error` says where, and what to do about it. */
  | { readonly kind: "redirects"; readonly error: string }
  | { readonly kind: "answered"; readonly status: number; readonly body: Uint8Array }
  | { readonly kind: "failed"; readonly error: string };

/** Asks with the server's own key and headers; never rejects, and gives up after 2 s, or as the question says. */
export type AskServer = (server: Server, question: ServerQuestion) => Promise<ServerSays>;

/** ms that a server may take for such a question. */
export const askLimitMs = 2_000;
const largestAnswer = 16 * 1024 * 1024;

export function createServerClient(
  upstream: Upstream,
  clock: Clock,
  via: Pick<Via, "pseudonym">,
): AskServer {
  return async (server, { method, path, body, client = [], limitMs = askLimitMs }) => {
    const url = upstreamUrl(server, path);
    const protocol = questionProtocol(server);
    const exchange = upstream.send({
      method,
      url,
      headers: withVersion(
        requestHeaders(protocol === "openai-chat" ? client : inTheirPlaces(client, protocol), {
          apiKey: server.apiKey,
          keyIn: keyPlaces(server, protocol),
          extra: server.headers,
          via: via.pseudonym(),
          sourceIp: "",
        }),
        protocol,
      ),
      body: body ?? null,
      connectTimeoutMs: askLimitMs,
      silenceTimeoutMs: limitMs,
      freshConnection: false,
      ca: server.ca,
      insecure: server.insecure,
      proxy: server.proxy,
    });
    const stop = clock.after(limitMs, () => exchange.cancel());
    try {
      const reply = await exchange.reply;
      if (reply.kind === "aborted")
        return { kind: "failed", error: `no answer within ${limitMs} ms` };
      if (reply.kind !== "answered") return { kind: "failed", error: reply.message };
      if (isRedirect(reply.status)) {
        reply.body.cancel();
        const error = redirectWords(reply.status, reply.headers, url, server.baseUrl);
        return { kind: "redirects", error };
      }
      const whole = await readAll(reply.body);
      return whole === null
        ? { kind: "failed", error: "the answer broke off, or is too large" }
        : { kind: "answered", status: reply.status, body: whole };
    } finally {
      stop();
    }
  };
}

async function readAll(body: UpstreamBody): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const got = await body.read();
    if (got.kind === "end") return joinBytes(pieces);
    if (got.kind !== "bytes" || size > largestAnswer) {
      body.cancel();
      return null;
    }
    size += got.bytes.length;
    pieces.push(got.bytes);
  }
}
