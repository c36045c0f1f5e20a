// How far a streamed answer has come: its commit point, its end, and what becomes of each event.
import type { Frame } from "../bytes/frame.ts";
import type { JsonRecord } from "../bytes/json.ts";
import type { ProtocolName } from "../call/endpoint.ts";
import type { CommitPoint } from "../routing/types.ts";
import type { AnswerEnd, ContentKind } from "./event-reading.ts";
import { createStreamReader } from "./stream-reader.ts";

export interface EventFailure {
  readonly reason: "error_event" | "malformed_event";
  readonly message: string;
  readonly codes: readonly string[];
}

/** `unread`: it passes as it came, for nobody can read it. `omit`: the client never hears of it. */
export type EventVerdict = "pass" | "unread" | "omit" | EventFailure;

export interface AnswerState {
  /**
   * Judges the next event.
   * @param json what `frameJson` makes of the frame
   */
  take(frame: Frame, json: JsonRecord | null): EventVerdict;
  /** Something that cannot be read as an event brought content. */
  took(content: ContentKind): void;
  /** What the event taken last brought. */
  content(): ContentKind | null;
  end(): AnswerEnd;
  /** Whether what has come may go to the client. */
  committed(): boolean;
  /** It goes to the client although its commit point has not come. */
  commit(): void;
  /** An event passed unread, or was left out as such. */
  malformed(): boolean;
  /** The event taken last was one of these. */
  endsUnread(): boolean;
}

/** @param commit the policy's; `full` commits at the answer's own end only */
export function createAnswerState(protocol: ProtocolName | null, commit: CommitPoint): AnswerState {
  const read = createStreamReader(protocol);
  let end: AnswerEnd = "open";
  let content: ContentKind | null = null;
  let committed = false;
  let malformed = false;
  let endsUnread = false;

  function took(kind: ContentKind): void {
    content = kind;
    committed ||= commits[commit](kind);
  }

  return {
    take(frame, json) {
      content = null;
      const reading = read(frame, json);
      if (reading === "blank") return "omit";
      if (reading === "unreadable") {
        // Nothing that follows a complete answer can spoil it; a committed one goes on.
        if (!committed && end === "open") return notJson;
        malformed = true;
        endsUnread = true;
        return end === "final" ? "omit" : "unread";
      }
      if (frame.data !== null) endsUnread = false;
      if (end === "final") return reading.error === null ? "pass" : "omit";
      if (reading.error !== null) return { reason: "error_event", ...reading.error };
      if (reading.content !== null) took(reading.content);
      end = reading.end ?? end;
      committed ||= end === "final";
      return "pass";
    },
    took,
    content: () => content,
    end: () => end,
    committed: () => committed,
    commit() {
      committed = true;
    },
    malformed: () => malformed,
    endsUnread: () => endsUnread,
  };
}

const commits: Record<CommitPoint, (content: ContentKind) => boolean> = {
  first_content: () => true,
  first_answer: (content) => content === "answer",
  full: () => false,
};

const notJson: EventFailure = {
  reason: "malformed_event",
  message: "the upstream sent an event that is not JSON",
  codes: [],
};
