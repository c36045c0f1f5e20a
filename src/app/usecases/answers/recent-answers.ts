// The answers of the last minute, in memory: a conversation is mostly continued at once, when the log may
// not have written them yet, or cannot.
import { bodySource } from "../../../domain/bytes/json-source.ts";
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { parseJsonBytes } from "../../../domain/bytes/json.ts";
import { callIdIn } from "../../../domain/call/answer-id.ts";
import { callOwner } from "../../../domain/call/call-owner.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { AnswerToKeep, CapturedBodies, LogEntry } from "../../../domain/log/log-entry.ts";
import {
  answerIdIn,
  type KeptAnswer,
  keptAnswer,
} from "../../../domain/protocols/openai-responses/kept-answer.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver } from "../../../ports/observer.ts";
import type { FoundAnswer, MadeItem } from "../../../ports/kept-answers.ts";

type Owned = Pick<IncomingCall, "id" | "user" | "headers" | "sourceIp">;

export interface RecentAnswers extends CallObserver {
  /** A call of Responses goes its way: its answer may be referred to before it is over here. */
  begun(call: Owned): void;
  /** As of `KeptAnswers`. */
  find(owner: string | null, id: string): FoundAnswer | null;
  item(owner: string | null, id: string): MadeItem | null;
  forget(owner: string, id: string): void;
  /** Waits for nothing any more. */
  close(): void;
  /** Settles when the next of the owner's calls is over that are under way; null: none is. */
  nextEnd(owner: string | null): Promise<void> | null;
}

const usual = { ageMs: 60_000, bytes: 32 * 1024 * 1024 };

interface Recent {
  readonly callId: string;
  readonly kept: AnswerToKeep;
  /** null: it does not show at the answer's beginning. */
  readonly id: string | null;
  readonly request: Uint8Array;
  readonly response: readonly Uint8Array[];
  readonly size: number;
  /** Epoch ms. */
  readonly until: number;
  /** What the bodies say, once somebody has asked; null: nothing to be kept. */
  answer?: KeptAnswer | null;
}

/** @param limits what is held, and for how long */
export function createRecentAnswers(
  clock: Pick<Clock, "now" | "after">,
  limits: typeof usual = usual,
): RecentAnswers {
  // The oldest stand first.
  const recents = new Map<string, Recent>();
  const underWay = new Map<string, string>();
  let waiting: (() => void)[] = [];
  let bytes = 0;
  let stopTimer: (() => void) | null = null;

  function drop(callId: string): void {
    bytes -= recents.get(callId)?.size ?? 0;
    recents.delete(callId);
  }

  function shrink(): void {
    const now = clock.now();
    for (const [callId, { until }] of recents) {
      if (until > now && bytes <= limits.bytes) return;
      drop(callId);
    }
  }

  /** What nobody asks for goes in time, too. */
  function forgetInTime(): void {
    if (stopTimer !== null || recents.size === 0) return;
    stopTimer = clock.after(limits.ageMs, () => {
      stopTimer = null;
      shrink();
      forgetInTime();
    });
  }

  function answerOf(recent: Recent): KeptAnswer | null {
    if (recent.answer === undefined) {
      const source = bodySource(recent.request, parseJsonBytes(recent.request));
      recent.answer = keptAnswer(source, joinBytes([...recent.response]));
    }
    return recent.answer;
  }

  function* ofOwner(owner: string | null): Generator<Recent> {
    shrink();
    for (const recent of recents.values())
      if (owner === null || recent.kept.owner === owner) yield recent;
  }

  function recentOf(owner: string | null, id: string): Recent | null {
    const call = callIdIn(id);
    for (const recent of ofOwner(owner)) {
      if (recent.callId === call) return recent;
      if (recent.id === id && answerOf(recent)?.id === id) return recent;
    }
    return null;
  }

  function keep({ id: callId }: LogEntry, { request, response, delivered, kept }: CapturedBodies) {
    const given = delivered ?? response;
    if (kept === undefined || given === null || given.truncated) return;
    const asked = kept.request ?? joined(request);
    if (asked === null) return;
    const pieces = given.chunks;
    const size = asked.length + pieces.reduce((sum, { length }) => sum + length, 0);
    const [first = asked.subarray(0, 0)] = pieces;
    const until = clock.now() + limits.ageMs;
    const id = answerIdIn(first);
    recents.set(callId, { callId, kept, id, request: asked, response: pieces, size, until });
    bytes += size;
    shrink();
    forgetInTime();
  }

  return {
    begun(call) {
      underWay.set(call.id, callOwner(call));
    },
    started: () => undefined,
    ended(entry, bodies) {
      if (!underWay.delete(entry.id)) return;
      keep(entry, bodies);
      const heard = waiting;
      waiting = [];
      for (const go of heard) go();
    },
    find(owner, id) {
      const recent = recentOf(owner, id);
      const answer = recent === null ? null : answerOf(recent);
      if (recent === null || answer === null) return null;
      const { callId, kept } = recent;
      return { ...answer, callId, upstream: kept.upstream };
    },
    item(owner, id) {
      for (const recent of ofOwner(owner)) {
        const answer = answerOf(recent);
        const made = answer?.output.find((item) => item.id === id);
        if (answer !== null && made !== undefined)
          return { ...made, upstream: recent.kept.upstream, isStored: answer.isStored };
        const said = answer?.input.find((item) => item.id === id);
        if (said !== undefined) return { ...said, upstream: null, isStored: false };
      }
      return null;
    },
    forget(owner, id) {
      const recent = recentOf(owner, id);
      if (recent !== null) drop(recent.callId);
    },
    close() {
      stopTimer?.();
    },
    nextEnd(owner) {
      for (const other of underWay.values())
        if (owner === null || other === owner)
          return new Promise((resolve) => waiting.push(resolve));
      return null;
    },
  };
}

function joined(body: CapturedBodies["request"]): Uint8Array | null {
  return body === null || body.truncated ? null : joinBytes([...body.chunks]);
}
