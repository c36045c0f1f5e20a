/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A thread as one conversation: its turns, the call behind each answer, and the calls that went another way.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { ThreadDetail, ThreadRow } from "../../../ports/threads.ts";
import { ClockTime } from "../shared/clock-time.tsx";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { UnreadLine } from "../shared/unread-line.tsx";
import { BranchView } from "./branch-view.tsx";
import { CallLine } from "./call-line.tsx";
import type { Branch, ReadThread } from "./read-branches.ts";
import { ThreadHead, threadTitle } from "./thread-head.tsx";
import type { ThreadQuery } from "./thread-query.ts";
import { ThreadTurns } from "./thread-turns.tsx";

export interface ThreadPageProps {
  readonly frame: PageFrame;
  readonly thread: ThreadRow;
}

export interface ThreadFoundProps extends ThreadPageProps {
  readonly thread: ThreadDetail;
  readonly read: ReadThread;
  readonly query: ThreadQuery;
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

export function ThreadFound({ frame, thread, read, query }: ThreadFoundProps): JSX.Element {
  const { logs: calls } = thread;
  const { shown, branches, unread } = read;
  const running = unread.filter(({ state }) => state === "inflight");
  const others = unread.filter(({ state }) => state !== "inflight");
  const listed = [...(shown?.again ?? []), ...others];
  const isWanted = query.at !== null && shown?.last.id === query.at;
  return (
    <>
      <UnreadLine query={query.at === null || isWanted ? query : lost(query)} />
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
        {isWanted && <Wanted branch={shown} threadId={thread.id} />}
        {shown === null && (
          <p class="nothing">
            {running.length === calls.length
              ? "The bodies are stored when the call ends."
              : "No request of this thread can be read any more: its bodies are gone, were cut, or hold no conversation."}
          </p>
        )}
        {shown?.segments.map((segment, at) => (
          <ThreadTurns {...segment.read} {...segment} isFirst={at === 0} />
        ))}
        {running.map((call) => (
          <CallLine call={call} now={frame.now} isNamed />
        ))}
      </section>
      <div id="thread-branches" data-live>
        {branches.length + listed.length > 0 && (
          <section class="branches" aria-labelledby="branches-title">
            <header class="section-head">
              <h2 id="branches-title">{shown === null ? "Calls" : "Other branches"}</h2>
              {shown !== null && (
                <p class="faint">
                  Calls that asked something else, the same once more, or long before
                </p>
              )}
            </header>
            {branches.map((branch) => (
              <BranchView branch={branch} threadId={thread.id} />
            ))}
            {listed.map((call) => (
              <CallLine call={call} isNamed />
            ))}
          </section>
        )}
      </div>
    </>
  );
}

/** Says of what one reads that it is not what the page shows by itself. */
function Wanted(props: { readonly branch: Branch; readonly threadId: string }): JSX.Element {
  return (
    <p class="notice">
      {"As of the call of "}
      <ClockTime iso={props.branch.last.timestamp} />
      {". "}
      <a href={`/thread/${encodeURIComponent(props.threadId)}`}>The thread as it is now</a>
    </p>
  );
}

/** The call that was to be read is none of this thread's, or is not kept. */
function lost({ unread, ...query }: ThreadQuery): ThreadQuery {
  return { ...query, unread: [...unread, "at"] };
}
