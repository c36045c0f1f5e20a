// Carries calls to servers of another protocol: the request translated there, the answer back, both
// by way of the neutral form.
import { bodySource, type JsonSource } from "../bytes/json-source.ts";
import { joinBytes } from "../bytes/join-bytes.ts";
import { jsonBytes } from "../bytes/json-written.ts";
import type { Framing } from "../bytes/framing.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import { withNoThink } from "../cleaning/no-think.ts";
import type { AnswerSlots } from "../cleaning/slot.ts";
import { createStreamCleaner } from "../cleaning/stream-cleaner.ts";
import { cleanWhole } from "../cleaning/whole-cleaner.ts";
import { problem } from "../http/problem.ts";
import type { Target } from "../routing/plan.ts";
import { thinkingPolicy } from "../routing/thinking-policy.ts";
import type { Policy } from "../routing/types.ts";
import type { Bridge, FrameEditor } from "./bridge.ts";
import { errorBody } from "./errors.ts";
import type {
  WriterContext,
  AnswerEventReader,
  AnswerEventWriter,
  WrittenEvent,
} from "./neutral/answer.ts";
import type { ClientCall, ClientCodec, UpstreamCodec, WrittenRequest } from "./neutral/codec.ts";
import { withOwnNames } from "./neutral/renamed-calls.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import { hintPlace, protocols, slotsOf } from "./protocol.ts";
import { serverTraits } from "./server-traits.ts";
import { frameJson } from "./stream-reader.ts";

/** Both sides of a translation. */
export interface CodecPair {
  readonly client: ClientCodec;
  /** What the client asked by its call. */
  readonly asked: ClientCall;
  readonly upstream: UpstreamCodec;
}

/** @param now epoch ms; durations of the answer are measured by it */
export function translatedBridge(
  call: IncomingCall,
  pair: CodecPair,
  target: Target,
  now: () => number,
): Bridge {
  const { server, model } = target;
  const source = bodySource(call.body, call.json() ?? {});
  const reading = pair.asked.readRequest(source);
  switch (reading.kind) {
    case "request": {
      const { request } = reading;
      const written = pair.upstream.writeRequest(request, model, serverTraits(server.baseUrl));
      return written.kind === "request"
        ? askingBridge(call, pair, source, request, written, target, now)
        : refusal(call, pair, `${written.field} cannot be carried to this server`);
    }
    case "idle":
      return ownAnswer(
        call,
        pair,
        200,
        jsonBytes(reading.answer(model ?? call.model ?? "", now())),
      );
    case "problem":
      return refusal(call, pair, reading.message);
  }
}

function askingBridge(
  call: IncomingCall,
  { client, asked, upstream }: CodecPair,
  source: JsonSource,
  request: NeutralRequest,
  written: WrittenRequest,
  target: Target,
  now: () => number,
): Bridge {
  const policy = thinkingPolicy(call, target.policy);
  const slots = protocols[call.endpoint.protocol].slots;
  const lost = new Set<string>();
  const context: WriterContext = {
    id: call.id,
    asked: source,
    model: target.model ?? call.model ?? "",
    startedAt: now(),
    lose: (field) => void lost.add(field),
  };
  const { endpoint, path, dropped } = written;
  const place = policy.disableThinking ? hintPlace(endpoint, written.body) : null;
  const { writer } = asked;

  function reader(framing: Framing): AnswerEventReader {
    return withOwnNames(upstream.reader(request.kind, framing), written.renamed);
  }

  return {
    path,
    endpoint,
    body: withNoThink(jsonBytes(written.body), place),
    contentType: "application/json",
    dropped,
    lost: () => [...lost],
    instead: null,
    retells: true,
    editor: ({ framing }) =>
      writer === null
        ? null
        : createTranslator(reader(framing), writer(context), slots, policy, now),
    gather: ({ framing }) =>
      writer !== null && framing !== "none" && !call.wantsStream ? client.gather : null,
    client: (wire) => ({
      wire: wire.framing === "none" ? wire : client.wire,
      contentType:
        wire.framing === "none" && !call.wantsStream ? "application/json" : client.contentType,
    }),
    whole(body, json) {
      const said = reader("none").whole(bodySource(body, json));
      if (said === null) return null;
      if (call.wantsStream && writer !== null)
        return joinBytes(wholeAsEvents(writer(context).wholeAsEvents(said, now()), slots, policy));
      const answer = asked.writeWhole(said, context, now());
      return cleanWhole(slotsOf(call.endpoint), policy, jsonBytes(answer), answer);
    },
    error: (status, body) => jsonBytes(client.error(status, body, call.id)),
  };
}

/** An answer of the router's own, in the client's words already. */
function ownAnswer(
  call: IncomingCall,
  { client }: CodecPair,
  status: number,
  body: Uint8Array,
): Bridge {
  return {
    path: call.path,
    endpoint: call.endpoint,
    body: null,
    contentType: "application/json",
    dropped: [],
    lost: () => [],
    instead: { status, body },
    retells: true,
    editor: () => null,
    gather: () => null,
    client: (wire) => ({
      wire,
      contentType: call.wantsStream ? client.contentType : "application/json",
    }),
    whole: (answer) => answer,
    error: null,
  };
}

function refusal(call: IncomingCall, pair: CodecPair, message: string): Bridge {
  const why = problem("invalid_request", message);
  const body = errorBody(call.endpoint.protocol, why, { requestId: call.id });
  return ownAnswer(call, pair, 400, encoder.encode(body));
}

const encoder = new TextEncoder();

/** Makes the client's events of an upstream's, cleaned. */
function createTranslator(
  reader: AnswerEventReader,
  writer: AnswerEventWriter,
  slots: AnswerSlots | null,
  policy: Policy,
  now: () => number,
): FrameEditor {
  const cleaner = createStreamCleaner(slots, policy);

  function send(events: readonly WrittenEvent[]): readonly Uint8Array[] {
    const [first] = events;
    if (first === undefined) return nothing;
    if (cleaner === null)
      return events.length === 1 ? [first.frame.bytes] : events.map(({ frame }) => frame.bytes);
    return events.length === 1
      ? cleaner.frame(first.frame, first.json)
      : events.flatMap(({ frame, json }) => cleaner.frame(frame, json));
  }

  return {
    frame(frame, json) {
      // Where the format is not the one that was asked for, nobody has parsed it yet.
      const said = reader.event(frame, json ?? frameJson(frame));
      return said === null ? nothing : send(writer.events(said, now()));
    },
    spares: () => "nothing",
    changed: () => true,
    end: (whole) => [...(whole ? send(writer.end(now())) : []), ...(cleaner?.end() ?? [])],
  };
}

const nothing: readonly Uint8Array[] = [];

function wholeAsEvents(
  events: readonly WrittenEvent[],
  slots: AnswerSlots | null,
  policy: Policy,
): readonly Uint8Array[] {
  const cleaner = createStreamCleaner(slots, policy);
  return cleaner === null
    ? events.map(({ frame }) => frame.bytes)
    : [...events.flatMap(({ frame, json }) => cleaner.frame(frame, json)), ...cleaner.end()];
}
