// A call carried to a server of another protocol and its answer back, without sockets.
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import { createSplitter } from "../../src/domain/bytes/framing.ts";
import { parseJsonBytes } from "../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../src/domain/call/endpoint.ts";
import type { IncomingCall } from "../../src/domain/call/incoming-call.ts";
import type { CleanPolicy } from "../../src/domain/cleaning/clean-text.ts";
import type { BridgeDeps } from "../../src/domain/protocols/choose-bridge.ts";
import type { Bridge } from "../../src/domain/protocols/bridge.ts";
import { endpointOf } from "../../src/domain/protocols/endpoint-of.ts";
import { protocols } from "../../src/domain/protocols/protocol.ts";
import { frameJson } from "../../src/domain/protocols/stream-reader.ts";
import { translatedBridge } from "../../src/domain/protocols/translated-bridge.ts";
import type { Target } from "../../src/domain/routing/plan.ts";
import { parseServerUrl } from "../../src/domain/config/server-url.ts";
import { plainServer } from "../../src/domain/routing/plain-server.ts";
import type { Policy, Server } from "../../src/domain/routing/types.ts";
import { translating } from "./ways.ts";
import { bridgeDeps } from "./bridge-deps.ts";

const address = parseServerUrl("http://127.0.0.1:1", "openai");
if ("problem" in address) throw new Error(address.problem);
const someServer = plainServer("s", address);

/** Epoch ms. */
export const sentAt = 1_790_000_000_000;

const untouched: CleanPolicy & Pick<Policy, "disableThinking"> = {
  disableThinking: false,
  stripThinking: "keep",
  stripJsonMarkdown: false,
  thinkingPrefilled: false,
};

export interface TranslatedCall {
  /** What goes to the server; null where nothing does. */
  readonly sent: JsonRecord | null;
  readonly sentText: string;
  readonly path: string;
  readonly dropped: readonly string[];
  readonly added: readonly string[];
  /** What of the request the server cannot serve; null: nothing. */
  readonly cannot: string | null;
  /** What the client gets without the server being asked; null: nothing. */
  readonly instead: JsonRecord | null;
  /** The client's form of a whole answer of the server's. */
  whole(answer: JsonRecord | string): JsonRecord;
  /** As `whole`, for a client that gets it as a stream. */
  wholeText(answer: JsonRecord | string): string;
  /** The client's stream of the server's. @param cuts lengths of the pieces it comes in; none: whole */
  stream(text: string, cuts?: readonly number[], whole?: boolean): string;
  /** What follows the stream before where it broke; empty: nothing of its own. */
  lastWords(error: JsonRecord): string;
  lost(): readonly string[];
  error(status: number, body: string): JsonRecord;
}

const text = new TextDecoder();
const encoder = new TextEncoder();

/**
 * @param request JSON text, or what becomes of one
 * @param cleaning what becomes of the answer's text; where nothing is said, nothing
 * @param server what is known of the server beside its address, and the model that it is asked for
 * @param deps what calls before have left behind
 */
export function translatedCall(
  path: string,
  request: JsonRecord | string,
  to: ProtocolName,
  cleaning: Partial<CleanPolicy> = {},
  server: Partial<Server> & { readonly model?: string } = {},
  deps: BridgeDeps = bridgeDeps(sentAt),
): TranslatedCall {
  const body = encoder.encode(typeof request === "string" ? request : JSON.stringify(request));
  const json = JSON.parse(text.decode(body)) as JsonRecord;
  const endpoint = endpointOf("POST", path);
  const call = {
    id: "0199-call",
    endpoint,
    path,
    headers: [],
    user: null,
    sourceIp: "127.0.0.1",
    body,
    json: () => json,
    model: "m",
    wantsStream: json["stream"] ?? endpoint.streams === "by-default",
  } as unknown as IncomingCall;
  const target = {
    server: { ...someServer, ...server },
    model: server.model ?? "claude",
    policy: { ...untouched, ...cleaning },
  } as unknown as Target;
  const { client } = protocols[endpoint.protocol];
  const { upstream } = protocols[to];
  const asked = client?.call(endpoint) ?? null;
  if (client === null || upstream === null || asked === null)
    throw new Error(`${path} is not translated`);
  const bridge = translatedBridge(
    call,
    { client, asked, upstream },
    target,
    translating(endpoint.protocol, to),
    deps,
  );
  return {
    sent: bridge.body === null ? null : (parseJsonBytes(bridge.body) as JsonRecord),
    sentText: text.decode(bridge.body ?? new Uint8Array(0)),
    path: bridge.path,
    dropped: bridge.dropped,
    added: bridge.added,
    cannot: bridge.cannot,
    instead: bridge.instead === null ? null : (parseJsonBytes(bridge.instead.body) as JsonRecord),
    whole: (answer) => JSON.parse(wholeText(bridge, answer)) as JsonRecord,
    wholeText: (answer) => wholeText(bridge, answer),
    stream: (said, cuts = [], whole = true) => streamText(bridge, said, cuts, whole),
    lastWords: (error) => text.decode(bridge.lastWords(error) ?? new Uint8Array(0)),
    lost: () => bridge.lost(),
    error: (status, said) =>
      parseJsonBytes(
        bridge.error?.(status, encoder.encode(said)) ?? new Uint8Array(0),
      ) as JsonRecord,
  };
}

function wholeText(bridge: Bridge, answer: JsonRecord | string): string {
  const body = encoder.encode(typeof answer === "string" ? answer : JSON.stringify(answer));
  const made = bridge.whole(body, parseJsonBytes(body));
  if (made === null) throw new Error("not an answer");
  return text.decode(made);
}

function streamText(bridge: Bridge, said: string, cuts: readonly number[], whole: boolean): string {
  const { protocol } = bridge.endpoint;
  const { framing } = protocols[protocol].events;
  const editor = bridge.editor({ framing, protocol });
  const splitter = createSplitter(framing);
  if (editor === null || splitter === null) throw new Error("no streams");
  const bytes = encoder.encode(said);
  const out: Uint8Array[] = [];
  let from = 0;
  const push = (to: number) => {
    for (const frame of splitter.push(bytes.slice(from, to)))
      out.push(...editor.frame(frame, frameJson(frame)));
    from = to;
  };
  for (const cut of cuts) push(Math.min(from + cut, bytes.length));
  push(bytes.length);
  out.push(...editor.end(whole));
  return out.map((piece) => text.decode(piece)).join("");
}
