/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The head of a thread's page: what it is about, whose it is, and the figures of its calls.
import { Html } from "@elysiajs/html";
import type { LogRow } from "../../../ports/browse.ts";
import { ClockTime } from "../shared/clock-time.tsx";
import { dollars, none, short, span, whole } from "../shared/format.ts";

export interface ThreadHeadProps {
  readonly id: string;
  /** Newest first; at least one. */
  readonly calls: readonly LogRow[];
  readonly hasMore: boolean;
}

/** The first words asked. */
export function threadTitle(calls: readonly LogRow[]): string {
  return calls.findLast(({ asked }) => asked !== null)?.asked ?? "Thread";
}

export function ThreadHead({ id, calls, hasMore }: ThreadHeadProps): JSX.Element {
  const [newest, oldest] = [calls[0], calls.at(-1)];
  if (newest === undefined || oldest === undefined) return "";
  const clients = [...new Set(calls.map(({ client }) => client).filter((one) => one !== null))];
  const errors = calls.filter(({ state }) => state === "failed").length;
  const priced = calls.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const unpriced = calls.filter(({ cost, state }) => cost === null && state !== "inflight").length;
  const ended = newest.completed_at ?? newest.timestamp;
  const last = span(Math.max(0, Date.parse(ended) - Date.parse(oldest.timestamp)));
  return (
    <>
      <header class="request-head">
        <h1 class="thread-title" dir="auto" safe>
          {threadTitle(calls)}
        </h1>
        <div class="state">
          <span safe>{newest.auth_user ?? newest.source_ip}</span>
          {clients.length > 0 && (
            <span class="faint" safe>
              {clients.join(", ")}
            </span>
          )}
          <span>
            <ClockTime iso={oldest.timestamp} />
          </span>
          <code class="id" safe>
            {id}
          </code>
        </div>
        {hasMore && (
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
            <b>{whole(calls.length)}</b>
          </dd>
        </div>
        <div>
          <dt>Tokens</dt>
          <dd>
            <b>{`${short(sum(calls, "prompt_tokens"))} in`}</b>
            <small>{`${short(sum(calls, "completion_tokens"))} out`}</small>
          </dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd>
            <b safe>
              {priced.length === 0 ? none : dollars(priced.reduce((all, one) => all + one, 0))}
            </b>
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

function sum(calls: readonly LogRow[], of: "prompt_tokens" | "completion_tokens"): number {
  return calls.reduce((all, call) => all + (call[of] ?? 0), 0);
}
