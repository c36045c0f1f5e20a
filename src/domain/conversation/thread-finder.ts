// Which thread a call belongs to: its session's, else the one whose conversation it continues. The id
// follows from the call alone wherever it can, so routers of a group agree without asking each other.
import { type HeaderList, headerValue } from "../http/headers.ts";
import type { ConversationKeys } from "./turn-keys.ts";

/** A call that has ended, as far as it matters here. */
export interface ThreadCall {
  readonly id: string;
  /** Whose it is; nobody else's call shares its thread. */
  readonly who: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Epoch ms. */
  readonly endedAt: number;
  /** See `sessionIn`. */
  readonly session: string | null;
  /** Id of the answer that it continues; null: it names none. */
  readonly continues: string | null;
  /** The turns hold all that was said before; without, they are only what was added. */
  readonly isWhole: boolean;
  /** Null: it asks nothing of a conversation's kind. */
  readonly keys: ConversationKeys | null;
  /** Id of its answer, where later calls may name it; null: they cannot. */
  readonly answer: string | null;
}

export interface ThreadFinder {
  /** @returns a UUID; null: the call is part of no conversation and no session */
  threadOf(call: ThreadCall): string | null;
  /** The thread of a call under way, of which only the headers are known; null: they name none. */
  threadOfSession(who: string, session: string | null): string | null;
}

export interface ThreadFinderOptions {
  /** SHA-256 or its like, in at least 32 hex digits: nobody can choose words that lead into another's thread. */
  readonly digest: (text: string) => string;
  /** What is remembered of late, twice: conversations, openings and answers. Default: 8,192. */
  readonly mostKnown?: number;
}

/** Headers by which clients name their session, the one that counts most first. */
export const sessionHeaders: readonly string[] = [
  "session_id",
  "session-id",
  "thread-id",
  "x-session-id",
  "x-session-affinity",
  "x-claude-code-session-id",
  "x-smolrouter-thread",
];

/** The session that a client names; null: none. */
export function sessionIn(headers: HeaderList): string | null {
  for (const name of sessionHeaders) {
    const value = headerValue(headers, name)?.trim() ?? "";
    if (value !== "") return value;
  }
  return null;
}

/** ms after a thread's last call: the same opening, alone, then begins another conversation. */
const sameOpeningMs = 30 * 60_000;

/** Turns that a call adds to the one before it: an answer with its tools' results, and what is asked next. */
const nearTurns = 8;

interface Thread {
  readonly id: string;
  /** Of the call that began it, as in `ConversationKeys`. */
  readonly instructions: string | null;
  /** Epoch ms. */
  lastAt: number;
}

export function createThreadFinder(options: ThreadFinderOptions): ThreadFinder {
  const { digest, mostKnown = 8_192 } = options;
  const conversations = createKnownThreads(mostKnown);
  const openings = createKnownThreads(mostKnown);
  const answers = createKnownThreads(mostKnown);

  function idOf(...from: readonly string[]): string {
    return uuidOf(digest(JSON.stringify(from)));
  }

  function threadOfSession(who: string, session: string | null): string | null {
    return session === null ? null : idOf(who, "session", session);
  }

  function begun(id: string, keys: ConversationKeys | null = null): Thread {
    const instructions = keys?.instructions ?? null;
    return { id, instructions, lastAt: Number.NEGATIVE_INFINITY };
  }

  function byTurns(call: ThreadCall, keys: ConversationKeys): Thread {
    const { who } = call;
    const { opening } = keys;
    const isFresh = (thread: Thread) => call.startedAt - thread.lastAt <= sameOpeningMs;
    const ofOpening = knownFor(openings, who, opening, keys);
    const stateless = () => begun(idOf(who, "opening", opening), keys);
    const continued = longestKnown(who, keys);
    if (keys.whole !== opening) return continued ?? ofOpening ?? stateless();
    const fresh = [continued, ofOpening].find((thread) => thread !== null && isFresh(thread));
    if (fresh !== undefined && fresh !== null)
      // Two agents may be given the same task; only their instructions differ.
      return isAnothers(fresh, keys)
        ? begun(idOf(who, "opening", opening, keys.instructions ?? ""), keys)
        : fresh;
    return ofOpening === null ? stateless() : begun(idOf(who, "opening", opening, call.id), keys);
  }

  /** The thread of the longest earlier request that the turns begin with, of the same instructions where one is near. */
  function longestKnown(who: string, keys: ConversationKeys): Thread | null {
    let anothers: Thread | null = null;
    let last = 1;
    for (let turns = keys.turns; turns >= last; turns--) {
      const known = knownFor(conversations, who, keys.prefix(turns), keys);
      if (known === null) continue;
      if (!isAnothers(known, keys)) return known;
      if (anothers === null) last = Math.max(1, turns - nearTurns);
      anothers ??= known;
    }
    return anothers;
  }

  function remember(thread: Thread, { who, keys, answer, isWhole, endedAt }: ThreadCall): void {
    thread.lastAt = Math.max(thread.lastAt, endedAt);
    if (answer !== null) answers.set(who, answer, thread);
    if (keys === null || !isWhole) return;
    setBeside(conversations, who, keys.whole, thread);
    if (keys.whole === keys.opening || openings.get(who, keys.opening) === null)
      setBeside(openings, who, keys.opening, thread);
  }

  return {
    threadOf(call) {
      const { who, continues, keys, isWhole } = call;
      const ofSession = threadOfSession(who, call.session);
      if (ofSession !== null) {
        // Whoever names the answer alone goes on with the session.
        if (call.answer !== null) answers.set(who, call.answer, begun(ofSession));
        return ofSession;
      }
      let thread = continues === null ? null : answers.get(who, continues);
      if (thread === null && keys !== null && isWhole) thread = byTurns(call, keys);
      thread ??= continues === null ? null : begun(idOf(who, "answer", continues), keys);
      if (thread === null) return null;
      remember(thread, call);
      return thread.id;
    },
    threadOfSession,
  };
}

/** Whether other instructions began it; a call without any may be part of any. */
function isAnothers({ instructions }: Thread, keys: ConversationKeys): boolean {
  const own = keys.instructions;
  return own !== null && instructions !== null && instructions !== own;
}

/** Where two threads share a key, the one of the same instructions, else the later one. */
function knownFor(
  threads: KnownThreads,
  who: string,
  key: string,
  keys: ConversationKeys,
): Thread | null {
  const known = threads.get(who, key);
  if (known === null || !isAnothers(known, keys)) return known;
  return threads.get(who, `${key} ${keys.instructions}`) ?? known;
}

/** A thread that had the key until now is kept by its instructions. */
function setBeside(threads: KnownThreads, who: string, key: string, thread: Thread): void {
  const before = threads.get(who, key);
  if (before !== null && before.id !== thread.id && before.instructions !== null)
    threads.set(who, `${key} ${before.instructions}`, before);
  threads.set(who, key, thread);
}

/** @param hex at least 32 digits @returns a UUID of version 8, of 122 of their bits (RFC 9562 §5.8) */
function uuidOf(hex: string): string {
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface KnownThreads {
  get(who: string, key: string): Thread | null;
  set(who: string, key: string, thread: Thread): void;
}

/** Two generations: when the newer one is full the older one goes. @param most of a generation */
function createKnownThreads(most: number): KnownThreads {
  let newer = new Map<string, Map<string, Thread>>();
  let older = newer;
  let held = 0;
  return {
    get: (who, key) => newer.get(who)?.get(key) ?? older.get(who)?.get(key) ?? null,
    set(who, key, thread) {
      if (held >= most) {
        older = newer;
        newer = new Map();
        held = 0;
      }
      const own = newer.get(who) ?? new Map<string, Thread>();
      newer.set(who, own);
      if (!own.has(key)) held++;
      own.set(key, thread);
    },
  };
}
