/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A thread as one conversation: its turns, the call behind each answer, and the calls that went another way.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import { alignCalls } from "../../../domain/conversation/align-calls.ts";
import type { LogRow } from "../../../ports/browse.ts";
import type { ThreadDetail, ThreadRow } from "../../../ports/threads.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { CallLine } from "./call-line.tsx";
import type { ReadCall } from "./read-chain.ts";
import { ThreadHead, threadTitle } from "./thread-head.tsx";
import { ThreadTurns } from "./thread-turns.tsx";

export interface ThreadPageProps {
  readonly frame: PageFrame;
  readonly thread: ThreadRow;
}

export interface ThreadFoundProps extends ThreadPageProps {
  readonly thread: ThreadDetail;
  /** The newest call whose request can be read, with its conversation, and before it those that it continues; empty: none is kept. */
  readonly chain: readonly ReadCall[];
}

/** Calls announce themselves; what is left is the time that one has taken so far. */
const pollMs = 10_000;

/** What its sums alone say. */
export function ThreadPage(props: PropsWithChildren<ThreadPageProps>): JSX.Element {
  const { frame, thread } = props;
  return (
    <Layout title={`${threadTitle(thread)} · thread`} frame={frame} poll={pollMs} events>
      <article id="request" class="thread-page">
        <nav class="crumbs" aria-label="Lists">
          <a href={frame.threads} data-list>
            ← Threads
          </a>
          <a href={frame.list} data-list>
            Requests
          </a>
          <a href={`/?thread=${encodeURIComponent(thread.id)}`}>List its calls</a>
        </nav>
        {props.children}
      </article>
    </Layout>
  );
}

export function ThreadFound({ frame, thread, chain }: ThreadFoundProps): JSX.Element {
  const { logs: calls } = thread;
  const { segments, others } = aligned(calls, chain);
  const running = others.filter(({ state }) => state === "inflight");
  const branches = others.filter(({ state }) => state !== "inflight");
  const isRead = chain.length > 0;
  return (
    <>
      <div id="thread-head" data-live>
        <ThreadHead thread={thread} />
      </div>
      <section
        class="conversation"
        id="thread-turns"
        data-live
        aria-labelledby="conversation-title"
      >
        <header class="section-head">
          <h2 id="conversation-title">Conversation</h2>
        </header>
        {!isRead && (
          <p class="nothing">
            {running.length === calls.length
              ? "The bodies are stored when the call ends."
              : "No request of this thread can be read any more: its bodies are gone, were cut, or hold no conversation."}
          </p>
        )}
        {segments.map(({ read, placed, offset }, at) => (
          <ThreadTurns {...read} placed={placed} offset={offset} isFirst={at === 0} />
        ))}
        {running.map((call) => (
          <CallLine call={call} now={frame.now} isNamed />
        ))}
      </section>
      <div id="thread-branches" data-live>
        {branches.length > 0 && (
          <section class="branches" aria-labelledby="branches-title">
            <header class="section-head">
              <h2 id="branches-title">{isRead ? "Other branches" : "Calls"}</h2>
              {isRead && (
                <p class="faint">
                  Calls that asked something else, the same once more, or long before
                </p>
              )}
            </header>
            {branches.map((call) => (
              <CallLine call={call} now={frame.now} isNamed />
            ))}
          </section>
        )}
      </div>
    </>
  );
}

interface Segment {
  readonly read: ReadCall;
  /** By the number of turns of the segment that each asked. */
  readonly placed: ReadonlyMap<number, LogRow>;
  /** Turns of the thread before it. */
  readonly offset: number;
}

/** Where each call stands; a call of the chain stands behind what it asked. */
function aligned(
  calls: readonly LogRow[],
  chain: readonly ReadCall[],
): { readonly segments: readonly Segment[]; readonly others: readonly LogRow[] } {
  const links = new Set(chain.map(({ call }) => call.id));
  let others = calls.filter(({ id }) => !links.has(id));
  const segments: Segment[] = [];
  let offset = 0;
  for (const read of chain) {
    const { asked, answered } = read.conversation;
    const found = alignCalls(asked, [read.call, ...others], read.call.id);
    others = found.others.filter(({ id }) => id !== read.call.id);
    segments.push({ read, placed: found.placed, offset });
    offset += asked.length + answered.length;
  }
  return { segments, others };
}
