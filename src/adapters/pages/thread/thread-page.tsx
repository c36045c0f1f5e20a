/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A thread as one conversation: its turns, the call behind each answer, and the calls that went another way.
import { Html } from "@elysiajs/html";
import { alignCalls } from "../../../domain/conversation/align-calls.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";
import type { LogRow } from "../../../ports/browse.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { CallLine } from "./call-line.tsx";
import { ThreadHead, threadTitle } from "./thread-head.tsx";
import { ThreadTurns } from "./thread-turns.tsx";

export interface ThreadPageProps {
  readonly frame: PageFrame;
  /** Of the thread, a UUID. */
  readonly id: string;
  /** Newest first; at least one. */
  readonly calls: readonly LogRow[];
  /** Whether the thread has older calls than these. */
  readonly hasMore: boolean;
  /** The newest call whose request can be read, with its conversation; null: none is kept. */
  readonly shown: { readonly call: LogRow; readonly conversation: Conversation } | null;
}

export function ThreadPage(props: ThreadPageProps): JSX.Element {
  const { frame, id, calls, hasMore, shown } = props;
  const { placed, others } =
    shown === null
      ? { placed: new Map<number, LogRow>(), others: calls }
      : alignCalls(shown.conversation.asked, calls, shown.call.id);
  const running = others.filter(({ state }) => state === "inflight");
  const branches = others.filter(({ state }) => state !== "inflight");
  return (
    <Layout title={`${threadTitle(calls)} · thread`} frame={frame}>
      <article id="request" class="thread-page">
        <nav class="crumbs" aria-label="Requests">
          <a href={frame.threads} data-list>
            ← Threads
          </a>
          <a href={frame.list} data-list>
            Requests
          </a>
          <a href={`/?thread=${encodeURIComponent(id)}`}>List its calls</a>
        </nav>
        <ThreadHead id={id} calls={calls} hasMore={hasMore} />
        <section class="conversation" aria-labelledby="conversation-title">
          <header class="section-head">
            <h2 id="conversation-title">Conversation</h2>
          </header>
          {shown === null ? (
            <p class="nothing">
              {running.length === calls.length
                ? "The bodies are stored when the call ends."
                : "No request of this thread can be read any more: its bodies are gone, were cut, or hold no conversation."}
            </p>
          ) : (
            <ThreadTurns call={shown.call} conversation={shown.conversation} placed={placed} />
          )}
          {running.map((call) => (
            <CallLine call={call} now={frame.now} isNamed />
          ))}
        </section>
        {branches.length > 0 && (
          <section class="branches" aria-labelledby="branches-title">
            <header class="section-head">
              <h2 id="branches-title">{shown === null ? "Calls" : "Other branches"}</h2>
              {shown !== null && (
                <p class="faint">Calls that asked something else, or the same once more</p>
              )}
            </header>
            {branches.map((call) => (
              <CallLine call={call} now={frame.now} isNamed />
            ))}
          </section>
        )}
      </article>
    </Layout>
  );
}
