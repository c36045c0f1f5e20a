// How a call is carried to one target and its answer back: which bytes change on the way, and into what.
import type { IncomingCall } from "./call.ts";
import { cleanWhole } from "./clean/whole-cleaner.ts";
import { createStreamCleaner } from "./clean/stream-cleaner.ts";
import { withNoThink } from "./clean/no-think.ts";
import type { Framing, WireFormat } from "./dialects/wire-format.ts";
import type { Frame } from "./framing/frame.ts";
import { headerValue } from "./headers.ts";
import { spliced, withMember } from "./json-members.ts";
import type { JsonRecord } from "./json.ts";
import { formFields, multipartBoundary } from "./multipart.ts";
import type { Target } from "./routing/plan.ts";

/** What a stream is cut into, and what its events mean. */
export interface Wire {
  readonly framing: Framing;
  readonly format: WireFormat;
}

/** Changes a stream's events on their way to the client. */
export interface FrameEditor {
  /**
   * Takes the next event.
   * @param json what its data parsed to; null where it is no JSON object
   * @returns what goes to the client now; the frame's own bytes where nothing changes
   */
  frame(frame: Frame, json: JsonRecord | null): readonly Uint8Array[];
  /** The stream is over, or broke: what was still held back. */
  end(): readonly Uint8Array[];
}

export interface Carriage {
  /** The request's path upstream; it decides the format of the answer. */
  readonly path: string;
  /** null: none is sent. */
  readonly body: Uint8Array | null;
  /** Fields of the request that could not be carried. */
  readonly dropped: readonly string[];
  /** An editor for a stream in the upstream's wire format; null: its events pass as they are. */
  editor(wire: Wire): FrameEditor | null;
  /** The wire format in which the client gets a stream that the upstream sends as `wire`. */
  clientWire(wire: Wire): Wire;
  /**
   * A whole answer, status below 400, as the client gets it.
   * @param json what `body` parsed to
   * @returns the very same `body` where nothing changes
   */
  whole(body: Uint8Array, json: unknown): Uint8Array;
}

/** Between a client and an upstream that speak the same API. */
export function carriageFor(call: IncomingCall, target: Target): Carriage {
  const { policy } = target;
  return {
    path: call.path,
    body: call.body.length === 0 ? null : hinted(call, target, renamed(call, target.model)),
    dropped: [],
    editor: ({ format }) => createStreamCleaner(format, policy),
    clientWire: (wire) => wire,
    whole: (body, json) => cleanWhole(call.path, policy, body, json),
  };
}

function hinted(call: IncomingCall, { policy }: Target, body: Uint8Array): Uint8Array {
  return policy.disableThinking ? withNoThink(call.path, body, call.json) : body;
}

function renamed(call: IncomingCall, model: string | null): Uint8Array {
  if (model === null || model === call.model) return call.body;
  switch (call.bodyKind) {
    case "none":
      return call.body;
    case "json":
      return withMember(call.body, "model", model);
    case "multipart": {
      const boundary = multipartBoundary(headerValue(call.headers, "content-type")) ?? "";
      const span = formFields(call.body, boundary, ["model"]).get("model");
      return span === undefined ? call.body : spliced(call.body, [{ span, put: model }]);
    }
  }
}
