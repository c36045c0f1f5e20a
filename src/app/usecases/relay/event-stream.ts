// An upstream's streamed answer as steps: whole events only, each read once for content, end and error.
import { maxHeldBytes } from "../../../domain/failover/budget.ts";
import type { Bridge, Wire } from "../../../domain/protocols/bridge.ts";
import { createAnswerState, type EventFailure } from "../../../domain/protocols/answer-state.ts";
import { frameJson, isReadable } from "../../../domain/protocols/stream-reader.ts";
import type { Frame, Splitter } from "../../../domain/bytes/frame.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { createAlikeEvents } from "../../../domain/protocols/alike-events.ts";
import { createSplitter, eventBreak } from "../../../domain/bytes/framing.ts";
import { append, joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { mayReportUsage } from "../../../domain/log/reported-usage.ts";
import type { CommitPoint } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { BodyRead, UpstreamBody } from "../../../ports/upstream.ts";
import type { Capture } from "./capture.ts";
import { orAfter } from "../or-after.ts";
import {
  breakOf,
  type NoBytes,
  type StreamFailure,
  tooLargeToTranslate,
} from "./stream-failure.ts";

/** What one read brought: bytes for the client first, then what became of the stream. */
export interface LiveStep {
  readonly pieces: readonly Uint8Array[];
  readonly content: boolean;
  readonly outcome: "open" | "ended" | StreamFailure;
  /** Whoever has these pieces has the whole answer, though more may follow. */
  readonly complete: boolean;
}

export interface LiveSource {
  /** Not called again after a step whose outcome is not `open`. */
  next(): Promise<LiveStep>;
  /** Whether what has come may go to the client. */
  committed(): boolean;
  /** It goes there although the commit point has not come. */
  commit(): void;
  /** The last event that has gone out is not ended: only its own bytes may follow. */
  midEvent(): boolean;
  /** Whether the client got anything so far other than the upstream sent it. */
  changed(): boolean;
  /** What is worth knowing of a stream that was passed on all the same. */
  warnings(): readonly string[];
  /** How a complete answer's stream was ended where the upstream did not do it; else null. */
  remark(): string | null;
  /** What ends it where the upstream broke off; null: the usual event. */
  lastWords(error: JsonRecord): Uint8Array | null;
  /** An event that says only that the stream goes on; null: the usual. */
  alive(): Uint8Array | null;
  cancel(): void;
}

/** How long a stream whose every choice is finished may be silent: usage and `[DONE]` may be late. */
const finishedMs = 60_000;
/** How long a connection may stay open after its answer's last word, and what may still come. */
const lingerMs = 1_000;
const maxAfterEndBytes = 1024 * 1024;
/** Bytes of an event that has begun up to which it is put together again with each read that ends a line. */
const smallEvent = 8 * 1024;
const lineEnd = 0x0a;

/** @param commit where the commit point lies; `full`: at the answer's end */
export function createLiveSource(
  body: UpstreamBody,
  wire: Wire,
  commit: CommitPoint,
  bridge: Bridge,
  capture: Capture,
  clock: Clock,
): LiveSource {
  const { framing, protocol } = wire;
  const splitter = createSplitter(framing);
  const editor = splitter === null ? null : bridge.editor(wire);
  const state = createAnswerState(protocol, commit);
  const isJson = protocol !== null;
  const soFar = splitter === null ? null : bridge.soFar(wire);
  const alike = bridge.retells ? null : createAlikeEvents(protocol, editor);
  /** What was read last, as text. */
  let lastJson = "";
  /** Whether that, and all that is like it, may report usage; null: nobody has asked yet. */
  let reports: boolean | null = null;
  let pending: StreamFailure | null = null;
  /** The upstream's last event has no end. */
  let unclosed = false;
  let midEvent = false;
  let omitted = false;
  let remark: string | null = null;

  /** @param before what the same read brought before them, which may go to the client as it is */
  function take(frames: readonly Frame[], before: Uint8Array | null = null): LiveStep {
    const pieces = before === null ? [] : [before];
    let content = before !== null;
    for (const frame of frames) {
      if (midEvent) {
        midEvent = false;
        append(pieces, frame.bytes);
        alike?.forget();
        continue;
      }
      const json = isJson ? frameJson(frame) : null;
      soFar?.saw(frame, json);
      const verdict = state.take(frame, json);
      if (typeof verdict === "object") {
        const theirs = verdict.reason === "error_event" && !bridge.retells;
        const failure = { ...verdict, event: theirs ? reported(frame, verdict) : null };
        if (!state.committed() || pieces.length === 0) return step(pieces, content, failure);
        // What came before it has passed the commit point, be it in the same read.
        pending = failure;
        return step(pieces, content, "open");
      }
      if (state.content() !== null) {
        content = true;
        capture.content(1);
      }
      // In another protocol there are no words for what nobody can read.
      if (verdict === "omit" || (verdict === "unread" && bridge.retells)) omitted = true;
      else if (editor === null) append(pieces, frame.bytes);
      else for (const bytes of editor.frame(frame, json)) append(pieces, bytes);
    }
    const last = frames.at(-1);
    if (last !== undefined && alike !== null) {
      alike.saw(last, state);
      lastJson = last.data ?? "";
      reports = null;
    }
    return step(pieces, content, "open");
  }

  /** The upstream's own report of an error, and what has to follow it. */
  function reported({ bytes }: Frame, error: EventFailure): Uint8Array {
    const words = soFar?.afterTheirs(error) ?? noBytes;
    if (words.length === 0 && !unclosed) return bytes;
    return joinBytes([bytes, unclosed ? eventBreak[framing] : noBytes, words]);
  }

  function step(
    pieces: readonly Uint8Array[],
    content: boolean,
    outcome: LiveStep["outcome"],
  ): LiveStep {
    return { pieces, content, outcome, complete: clientHasEnd() };
  }

  /** A translated answer's end is sent only when no more can come. */
  function clientHasEnd(): boolean {
    return state.end() === "final" || (state.end() === "finished" && !bridge.retells);
  }

  /** The last step: whatever the editor still held goes first. */
  function last(taken: LiveStep): LiveStep {
    const held = editor?.end(taken.outcome === "ended") ?? [];
    if (held.length === 0) return taken;
    midEvent ||= unclosed && !bridge.retells;
    return { ...taken, pieces: [...taken.pieces, ...held] };
  }

  function opaque(pieces: readonly Uint8Array[]): LiveStep {
    state.took("answer");
    return step(pieces, true, "open");
  }

  /** What never got its line end counts if it can be read; a torn event is as good as not sent. */
  function takeRest(): LiveStep {
    const rest = splitter?.end() ?? null;
    const counts = rest !== null && (midEvent || isReadable(protocol, rest));
    if (!counts) return step([], false, "open");
    unclosed = true;
    const taken = take([rest]);
    // Lines of a translation have their end whatever the upstream's event lacks.
    midEvent = taken.pieces.length > 0 && !bridge.retells;
    const outcome = pending ?? taken.outcome;
    pending = null;
    return { ...taken, outcome };
  }

  function atEnd(got: NoBytes): LiveStep {
    const gone = got.kind === "aborted";
    const rest = gone ? step([], false, "open") : takeRest();
    if (typeof rest.outcome === "object") return last(rest);
    const properly = got.kind === "end" && (!isJson || splitter === null);
    const whole = gone ? clientHasEnd() : properly || state.end() !== "open";
    const outcome = whole ? "ended" : breakOf(got, state.endsUnread());
    if (whole && "message" in got) remark = `complete, but its end did not come: ${got.message}`;
    return last(step(rest.pieces, rest.content, outcome));
  }

  /** After the last word: what else comes goes along, if it comes soon. */
  async function drain(): Promise<LiveStep> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    let over = false;
    async function rest(): Promise<void> {
      while (size <= maxAfterEndBytes) {
        const got = await body.read();
        if (over || got.kind !== "bytes") return;
        capture.add(got.bytes);
        size += got.bytes.length;
        pieces.push(...take(splitter?.push(got.bytes) ?? []).pieces);
      }
    }
    await orAfter(rest(), lingerMs, clock);
    over = true;
    body.cancel();
    pieces.push(...takeRest().pieces);
    return last(step(pieces, false, "ended"));
  }

  /** What a read comes to; null: to nothing yet. */
  function taken(got: BodyRead): LiveStep | null {
    if (got.kind !== "bytes") return atEnd(got);
    if (splitter !== null) return takeBytes(got.bytes, splitter);
    capture.add(got.bytes);
    return opaque([got.bytes]);
  }

  /** A read together with the beginning of its first event, so that this one, too, can be compared. */
  function fromAnEventsBeginning(read: Uint8Array, cut: Splitter): Uint8Array {
    const held = cut.held();
    if (held === 0 || held > smallEvent || !read.includes(lineEnd)) return read;
    const begun = cut.giveBack();
    return begun.length === 0 ? read : joinBytes([...begun, read]);
  }

  function takeBytes(read: Uint8Array, cut: Splitter): LiveStep | null {
    const compares = alike !== null && !midEvent && alike.knows();
    const bytes = compares ? fromAnEventsBeginning(read, cut) : read;
    const run = compares && cut.between() ? alike.run(bytes) : null;
    let before: Uint8Array | null = null;
    let rest = bytes;
    if (run === null || run.events === 0) capture.add(read);
    else {
      reports ??= mayReportUsage(lastJson);
      capture.add(read, reports ? 0 : run.end - (bytes.length - read.length));
      capture.content(run.events);
      soFar?.passed(run.end === bytes.length ? bytes : bytes.subarray(0, run.end));
      if (run.end === bytes.length) return step([bytes], true, "open");
      before = bytes.subarray(0, run.end);
      rest = bytes.subarray(run.end);
    }
    const frames = cut.push(rest);
    if (frames.length > 0 || before !== null) {
      const all = take(frames, before);
      return all.outcome === "open" ? all : last(all);
    }
    if (cut.held() <= maxHeldBytes && !midEvent) return null;
    if (bridge.retells) return last(step([], false, tooLargeToTranslate));
    // An event too large to hold is passed on unread, its parts as they come.
    midEvent = true;
    return opaque(cut.tear());
  }

  async function readOn(): Promise<LiveStep> {
    for (;;) {
      if (pending !== null) return last(step([], false, pending));
      if (state.end() === "final") return drain();
      // A timer for each read would be work for nothing while more is sure to come.
      const read = body.read();
      const got = await (state.end() === "open" ? read : orAfter(read, finishedMs, clock));
      if (got === "due") {
        body.cancel();
        return atEnd(silent);
      }
      const said = taken(got);
      if (said !== null) return said;
    }
  }

  const takenOrMore = (got: BodyRead): LiveStep | Promise<LiveStep> => taken(got) ?? readOn();

  return {
    next() {
      // Nearly always: a single promise for a read.
      return pending === null && state.end() === "open" ? body.read().then(takenOrMore) : readOn();
    },
    committed: () => state.committed(),
    commit: () => state.commit(),
    midEvent: () => midEvent,
    changed: () => omitted || (editor?.changed() ?? false),
    warnings: () => (state.malformed() ? malformed : []),
    remark: () => remark,
    alive: () => (soFar === null ? bridge.alive() : soFar.alive()),
    lastWords: (error) => soFar?.lastWords(error) ?? null,
    cancel: () => body.cancel(),
  };
}

const noBytes = new Uint8Array(0);
const malformed = ["malformed_event"];
const silent: NoBytes = { kind: "timed-out", message: `no byte within ${finishedMs / 1_000} s` };
