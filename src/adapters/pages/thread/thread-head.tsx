/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The head of a thread's page: what it is about, whose it is, and the figures of its calls.
import { Html } from "@elysiajs/html";
import type { ThreadDetail } from "../../../ports/threads.ts";
import { ClockTime } from "../shared/clock-time.tsx";
import { dollars, short, span, whole } from "../shared/format.ts";

/** The first words asked. */
export function threadTitle({ title }: Pick<ThreadDetail, "title">): string {
  return title ?? "Thread";
}

export function ThreadHead({ thread }: { readonly thread: ThreadDetail }): JSX.Element {
  const { id, logs: calls, errors, unpriced, cost } = thread;
  const [newest] = calls;
  const clients = [...new Set([thread.client, ...calls.map(({ client }) => client)])];
  const named = clients.filter((one) => one !== null);
  const running = calls.filter(({ state }) => state === "inflight").length;
  const ended = newest?.completed_at ?? thread.last_at;
  const last = span(Math.max(0, Date.parse(ended) - Date.parse(thread.started_at)));
  return (
    <>
      <header class="request-head">
        <h1 class="thread-title" dir="auto" safe>
          {threadTitle(thread)}
        </h1>
        <div class="state">
          <span safe>{thread.user}</span>
          {named.length > 0 && (
            <span class="faint" safe>
              {named.join(", ")}
            </span>
          )}
          <span>
            <ClockTime iso={thread.started_at} />
          </span>
          <code class="id" safe>
            {id}
          </code>
        </div>
        {thread.next !== null && (
          <p class="notice">
            {`These are the newest ${whole(calls.length)} calls of the thread; `}
            <a href={`/?thread=${encodeURIComponent(id)}`}>the list</a>
            {" has all of them."}
          </p>
        )}
      </header>
      <dl class="facts">
        <div>
          <dt>Calls</dt>
          <dd>
            <b>{whole(thread.calls)}</b>
            {running > 0 && <small>{`${whole(running)} in flight`}</small>}
          </dd>
        </div>
        <div>
          <dt>Tokens</dt>
          <dd>
            <b>{`${short(thread.prompt_tokens)} in`}</b>
            <small>{`${short(thread.completion_tokens)} out`}</small>
          </dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd>
            <b safe>{dollars(cost)}</b>
            {unpriced > 0 && (
              <small>{`${whole(unpriced)} ${unpriced === 1 ? "call" : "calls"} without a price`}</small>
            )}
          </dd>
        </div>
        <div>
          <dt>Time span</dt>
          <dd>
            <b safe>{last}</b>
          </dd>
        </div>
        <div>
          <dt>Errors</dt>
          <dd>
            <b class={errors > 0 ? "bad" : undefined}>{whole(errors)}</b>
          </dd>
        </div>
      </dl>
    </>
  );
}
