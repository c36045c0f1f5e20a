// An upstream's streamed answer as steps: whole events only, each read once for content, end and error.
import type { FailureReason } from "../../domain/attempt.ts";
import { mostHeld } from "../../domain/budget.ts";
import type { Carriage, Wire } from "../../domain/carriage.ts";
import {
  createStreamReader,
  frameJson,
  type FrameReading,
  type Framing,
} from "../../domain/dialects/wire-format.ts";
import type { Frame, Splitter } from "../../domain/framing/frame.ts";
import { createNdjsonSplitter } from "../../domain/framing/ndjson.ts";
import { createSseSplitter } from "../../domain/framing/sse.ts";
import type { Clock } from "../../ports/clock.ts";
import type { BodyRead, UpstreamBody } from "../../ports/upstream.ts";
import type { Capture } from "./capture.ts";
import { orAfter } from "./or-after.ts";

export interface StreamFailure {
  readonly reason: FailureReason;
  readonly message: string;
  readonly codes: readonly string[];
  /** The upstream's own error event; null where the router has to say it. */
  readonly event: Uint8Array | null;
}

/** What one read brought: bytes for the client first, then what became of the stream. */
export interface LiveStep {
  readonly pieces: readonly Uint8Array[];
  readonly content: boolean;
  readonly outcome: "open" | "ended" | StreamFailure;
}

export interface LiveSource {
  /** Not called again after a step whose outcome is not `open`. */
  next(): Promise<LiveStep>;
  /** Part of an event too large to hold has gone out, its end has not. */
  torn(): boolean;
  /** Whether the client got anything so far other than the upstream sent it. */
  changed(): boolean;
  cancel(): void;
}

/** How long an answer that is complete may keep its connection open: usage and `[DONE]` come at once. */
const lingerMs = 2_000;

const splitters: Record<Framing, () => Splitter | null> = {
  sse: createSseSplitter,
  ndjson: createNdjsonSplitter,
  none: () => null,
};

export function createLiveSource(
  body: UpstreamBody,
  wire: Wire,
  carriage: Carriage,
  capture: Capture,
  clock: Clock,
): LiveSource {
  const { framing, format } = wire;
  const splitter = splitters[framing]();
  const editor = splitter === null ? null : carriage.editor(wire);
  const readFrame = createStreamReader(format);
  const isJson = format !== "opaque";
  const endIsAnnounced = format !== "opaque" && splitter !== null;
  let complete = false;
  let torn = false;

  function take(frames: readonly Frame[]): LiveStep {
    const pieces: Uint8Array[] = [];
    let content = false;
    for (const frame of frames) {
      if (torn) {
        torn = false;
        append(pieces, frame.bytes);
        continue;
      }
      const json = isJson ? frameJson(frame) : null;
      const reading = readFrame(frame, json);
      const failure = failureOf(reading, carriage.retells ? null : frame.bytes);
      if (failure !== null) return { pieces, content, outcome: failure };
      complete ||= reading.end;
      if (reading.content) {
        content = true;
        capture.content();
      }
      if (editor === null) append(pieces, frame.bytes);
      else for (const bytes of editor.frame(frame, json)) append(pieces, bytes);
    }
    return { pieces, content, outcome: "open" };
  }

  /** The last step: whatever the editor still held goes first. */
  function last(step: LiveStep): LiveStep {
    const held = editor?.end() ?? [];
    return held.length === 0 ? step : { ...step, pieces: [...step.pieces, ...held] };
  }

  function atEnd(got: Exclude<BodyRead, { kind: "bytes" }>): LiveStep {
    const rest = got.kind === "end" ? (splitter?.end() ?? null) : null;
    const step = rest === null ? nothing : take([rest]);
    const whole = complete || (got.kind === "end" && !endIsAnnounced);
    // What never got its closing line counts only if it completes the answer: whatever is said
    // after it would run into it.
    if (!whole) return { ...nothing, outcome: breakOf(got) };
    return { ...(step.outcome === "open" ? step : nothing), outcome: "ended" };
  }

  return {
    async next() {
      for (;;) {
        const got = await (complete ? orAfter(body.read(), lingerMs, clock) : body.read());
        if (got === "due") {
          body.cancel();
          return last({ ...nothing, outcome: "ended" });
        }
        if (got.kind !== "bytes") return last(atEnd(got));
        capture.add(got.bytes);
        if (splitter === null) return { pieces: [got.bytes], content: true, outcome: "open" };
        const frames = splitter.push(got.bytes);
        if (frames.length > 0) {
          const step = take(frames);
          return step.outcome === "open" ? step : last(step);
        }
        // An event too large to hold is passed on unread, its parts as they come.
        torn ||= splitter.held() > mostHeld;
        if (torn) return { pieces: splitter.tear(), content: true, outcome: "open" };
      }
    },
    torn: () => torn,
    changed: () => editor?.changed() ?? false,
    cancel: () => body.cancel(),
  };
}

const nothing: LiveStep = { pieces: [], content: false, outcome: "open" };

const noEnd: StreamFailure = {
  reason: "no_end",
  message: "the upstream's stream ended before the answer was complete",
  codes: [],
  event: null,
};

function breakOf(got: Exclude<BodyRead, { kind: "bytes" }>): StreamFailure {
  switch (got.kind) {
    case "end":
      return noEnd;
    case "broke":
      return { ...noEnd, reason: "broken", message: got.message };
    case "timed-out":
      return { ...noEnd, reason: "silence_timeout", message: got.message };
    case "aborted":
      return { ...noEnd, reason: "client_gone", message: "the client went away" };
  }
}

function failureOf(reading: FrameReading, event: Uint8Array | null): StreamFailure | null {
  if (reading.unreadable)
    return {
      reason: "malformed_event",
      message: "the upstream sent an event that is not JSON",
      codes: [],
      event: null,
    };
  if (reading.error === null) return null;
  return {
    reason: "error_event",
    message: reading.error.message,
    codes: reading.error.codes,
    event,
  };
}

/** Events of one read lie side by side: they leave as one piece, uncopied. */
function append(pieces: Uint8Array[], bytes: Uint8Array): void {
  const last = pieces.at(-1);
  if (last?.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset)
    pieces[pieces.length - 1] = new Uint8Array(
      last.buffer,
      last.byteOffset,
      last.length + bytes.length,
    );
  else pieces.push(bytes);
}
