// Carries calls to servers of another protocol: the request translated there, the answer back, both
// by way of the neutral form.
import { bodySource, type JsonSource } from "../bytes/json-source.ts";
import { joinBytes } from "../bytes/join-bytes.ts";
import { jsonBytes } from "../bytes/json-written.ts";
import type { Framing } from "../bytes/framing.ts";
import { callOwner } from "../call/call-owner.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import { withNoThink } from "../cleaning/no-think.ts";
import { headerValue } from "../http/headers.ts";
import { problem } from "../http/problem.ts";
import type { Target } from "../routing/plan.ts";
import type { Policy } from "../routing/types.ts";
import type { Bridge, FrameEditor } from "./bridge.ts";
import { errorBody } from "./errors.ts";
import { type Addressee, createAddressee, nobody } from "./neutral/addressee.ts";
import type { WriterContext, AnswerEventReader, AnswerEventWriter } from "./neutral/answer.ts";
import {
  type AnswerCleaner,
  cleanedAnswer,
  createAnswerCleaner,
} from "./neutral/cleaned-answer.ts";
import type { ClientCall, ClientCodec, UpstreamCodec, WrittenRequest } from "./neutral/codec.ts";
import { withOwnNames } from "./neutral/renamed-calls.ts";
import { withOutputLimit } from "./neutral/output-limit.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import type { Maker } from "./neutral/seal.ts";
import { createSignedAnswer, type SignedAnswer } from "./neutral/signed-answer.ts";
import type { ReasoningMemory } from "./neutral/signed-turn.ts";
import { hintPlace } from "./protocol.ts";
import { type ServersKnown, traitsOf } from "./server-traits.ts";
import { frameJson } from "./stream-reader.ts";
import type { Way } from "../call/way.ts";

/** Both sides of a translation. */
export interface CodecPair {
  readonly client: ClientCodec;
  /** What the client asked by its call. */
  readonly asked: ClientCall;
  readonly upstream: UpstreamCodec;
}

/** What translations need to know beyond the call and its target. */
export interface TranslationDeps {
  /** Epoch ms; durations of the answer are measured by it. */
  readonly clock: { now(): number };
  /** An estimate of a prompt's tokens, for clients that are to read a count before any is known. @param bytes of the request */
  readonly promptTokens: (model: string | null, bytes: number) => number;
  readonly reasoning: ReasoningMemory;
  readonly servers: ServersKnown;
  /** Answers are kept for later calls that refer to them. */
  readonly keepsAnswers: boolean;
}

/** A call on its way to a server of another protocol. */
interface Translation {
  readonly call: IncomingCall;
  readonly pair: CodecPair;
  readonly target: Target;
  readonly way: Way;
  readonly deps: TranslationDeps;
}

export function translatedBridge(
  call: IncomingCall,
  pair: CodecPair,
  target: Target,
  way: Way,
  deps: TranslationDeps,
): Bridge {
  const source = bodySource(call.body, call.json() ?? {});
  const reading = pair.asked.readRequest(source);
  switch (reading.kind) {
    case "request": {
      const request = withOutputLimit(reading.request, target.server.maxOutputTokens);
      return sealedBridge({ call, pair, target, way, deps }, source, request);
    }
    case "idle":
      return ownAnswer(
        call,
        pair,
        way,
        200,
        jsonBytes(reading.answer(target.model ?? call.model ?? "", deps.clock.now())),
      );
    case "problem":
      return refusal(call, pair, way, reading.message);
  }
}

/** With what the server signed before, as far as client or memory have it. */
function sealedBridge(how: Translation, source: JsonSource, request: NeutralRequest): Bridge {
  const { call } = how;
  const server = createAddressee(makerOf(how), () => callOwner(call), memoryOf(how));
  const bridge = bridgeTo(server, how, source, request);
  const unsealed = () => {
    server.refused();
    return bridgeTo(nobody, how, source, request);
  };
  return server.got() ? { ...bridge, unsealed } : bridge;
}

function bridgeTo(
  server: Addressee,
  how: Translation,
  source: JsonSource,
  request: NeutralRequest,
): Bridge {
  const { call, pair, target, way, deps } = how;
  const traits = traitsOf(target.server, deps.servers.of(target));
  const written = pair.upstream.writeRequest(request, target.model, traits, server);
  return written.kind === "request"
    ? askingBridge(how, source, request, written)
    : { ...ownAnswer(call, pair, way, 400, none), cannot: written.field };
}

function askingBridge(
  how: Translation,
  source: JsonSource,
  request: NeutralRequest,
  written: WrittenRequest,
): Bridge {
  const { call, pair, target, way, deps } = how;
  const { client, asked, upstream } = pair;
  const { clock, promptTokens } = deps;
  const now = () => clock.now();
  let isEstimated = false;
  let writing: AnswerEventWriter | null = null;
  const policy = cleanPolicy(request, target.policy);
  const lost = new Set<string>();
  const context: WriterContext = {
    id: call.id,
    asked: source,
    model: target.model ?? call.model ?? "",
    maker: makerOf(how),
    startedAt: now(),
    kept: deps.keepsAnswers && source.record["store"] !== false,
    previous: call.continues?.previous ?? null,
    lose: (field) => void lost.add(field),
    estimatedPrompt(bytesOf) {
      isEstimated = true;
      return promptTokens(target.model ?? call.model, bytesOf(source.record, call.body.length));
    },
  };
  const { endpoint, path, added = nothingAdded } = written;
  const unheard = client.headers.filter((name) => headerValue(call.headers, name) !== null);
  const dropped = unheard.length === 0 ? written.dropped : [...written.dropped, ...unheard];
  const place = policy.disableThinking ? hintPlace(endpoint, written.body) : null;
  const { writer } = asked;

  function reader(framing: Framing): AnswerEventReader {
    return withOwnNames(upstream.reader(request.kind, framing), written.renamed);
  }

  function signed(): SignedAnswer | null {
    const memory = memoryOf(how);
    return memory === null
      ? null
      : createSignedAnswer(context.maker, (turn) => memory.remember(callOwner(call), turn));
  }

  return {
    way,
    cannot: null,
    path,
    endpoint,
    body: withNoThink(jsonBytes(written.body), place),
    contentType: "application/json",
    dropped,
    added,
    lost: () => [...lost],
    isEstimated: () => isEstimated,
    instead: null,
    retells: true,
    unsealed: null,
    editor({ framing }) {
      if (writer === null) return null;
      writing = writer(context);
      const cleaner = createAnswerCleaner(policy);
      return createTranslator(reader(framing), cleaner, signed(), writing, now);
    },
    lastWords(error) {
      const words = writing?.broken?.(error);
      return words === undefined ? null : joinBytes([...words]);
    },
    alive: () => writing?.alive?.() ?? null,
    beginning: () => null,
    soFar: () => null,
    gather: ({ framing }) =>
      writer !== null && framing !== "none" && !call.wantsStream ? client.gather : null,
    client: (wire) => ({
      wire: wire.framing === "none" ? wire : client.wire,
      contentType:
        wire.framing === "none" && !call.wantsStream ? "application/json" : client.contentType,
    }),
    whole(body, json) {
      const read = reader("none").whole(bodySource(body, json));
      if (read === null) return null;
      const said = cleanedAnswer(read, policy);
      const kept = signed();
      kept?.take(said);
      kept?.complete();
      return call.wantsStream && writer !== null
        ? joinBytes(writer(context).wholeAsEvents(said, now()))
        : jsonBytes(asked.writeWhole(said, context, now()));
    },
    error: (status, body) => jsonBytes(client.error(status, body, call.id)),
  };
}

/** An answer of the router's own, in the client's words already. */
function ownAnswer(
  call: IncomingCall,
  { client }: CodecPair,
  way: Way,
  status: number,
  body: Uint8Array,
): Bridge {
  return {
    way,
    cannot: null,
    path: call.path,
    endpoint: call.endpoint,
    body: null,
    contentType: "application/json",
    dropped: [],
    added: nothingAdded,
    lost: () => [],
    isEstimated: () => false,
    instead: { status, body },
    retells: true,
    unsealed: null,
    editor: () => null,
    lastWords: () => null,
    alive: () => null,
    beginning: () => null,
    soFar: () => null,
    gather: () => null,
    client: (wire) => ({
      wire,
      contentType: call.wantsStream ? client.contentType : "application/json",
    }),
    whole: (answer) => answer,
    error: null,
  };
}

function refusal(call: IncomingCall, pair: CodecPair, way: Way, message: string): Bridge {
  const why = problem("invalid_request", message);
  const body = errorBody(call.endpoint.protocol, why, { requestId: call.id });
  return ownAnswer(call, pair, way, 400, encoder.encode(body));
}

const nothingAdded: readonly string[] = [];
const encoder = new TextEncoder();
const none = new Uint8Array(0);

function makerOf({ target, way }: Translation): Maker {
  return { server: target.server.name, protocol: way.into };
}

/** Of what the server signed, for a client that cannot keep it; null: there is nothing to remember. */
function memoryOf({ pair, deps }: Translation): ReasoningMemory | null {
  return pair.upstream.signsThinking && !pair.client.keepsSeals ? deps.reasoning : null;
}

/** Who asks for thinking gets it, rather than have it taken out of the text. */
function cleanPolicy(request: NeutralRequest, policy: Policy): Policy {
  const wants = request.kind !== "embedding" && request.settings.thinking?.value.on === true;
  return wants && policy.stripThinking === "strip" ? { ...policy, stripThinking: "move" } : policy;
}

/**
 * Makes the client's events of an upstream's.
 * @param cleaner null: nothing is to be cleaned
 * @param signed null: nothing is to be remembered
 */
function createTranslator(
  reader: AnswerEventReader,
  cleaner: AnswerCleaner | null,
  signed: SignedAnswer | null,
  writer: AnswerEventWriter,
  now: () => number,
): FrameEditor {
  return {
    frame(frame, json) {
      // Where the format is not the one that was asked for, nobody has parsed it yet.
      const read = reader.event(frame, json ?? frameJson(frame));
      if (read === null) return nothing;
      const said = cleaner === null ? read : cleaner.take(read);
      signed?.take(said);
      return writer.events(said, now());
    },
    spares: () => "nothing",
    changed: () => true,
    end(whole) {
      const rest = cleaner?.end() ?? [];
      const said = rest.length === 0 ? nothing : writer.events(rest, now());
      if (!whole) return said;
      signed?.complete();
      return [...said, ...writer.end(now())];
    },
  };
}

const nothing: readonly Uint8Array[] = [];
