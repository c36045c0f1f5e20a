/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One call of a thread in a quiet line: when, by whom it was answered, what it used; it leads to the request.
import { Html } from "@elysiajs/html";
import type { LogRow } from "../../../ports/browse.ts";
import { ClockTime } from "../shared/clock-time.tsx";
import { dollars, duration, short } from "../shared/format.ts";
import { ModelName, StateMark } from "../shared/state-mark.tsx";

export interface CallLineProps {
  readonly call: LogRow;
  /** Epoch ms; for a call under way. */
  readonly now?: number;
  /** Whether the words it asked stand before it: where its turns do not. */
  readonly isNamed?: boolean;
}

export function CallLine({ call, now, isNamed = false }: CallLineProps): JSX.Element {
  const href = `/request/${encodeURIComponent(call.id)}`;
  const facts = [call.upstream, tokensOf(call), costOf(call), tookOf(call, now)].filter(
    (fact) => fact !== null,
  );
  return (
    <div id={`call-${call.id}`} class={`call-line ${call.state}`}>
      {isNamed && (
        <a class="asked" href={href} safe>
          {call.asked ?? `${call.method} ${call.path}`}
        </a>
      )}
      <p>
        <StateMark state={call.state} />
        <a href={href} title="Open the request">
          <ClockTime iso={call.timestamp} />
        </a>
        <span class="name">
          <ModelName original={call.original_model} mapped={call.mapped_model} />
        </span>
        {facts.map((fact) => (
          <span safe>{fact}</span>
        ))}
        {call.state === "failed" && (
          <span class="bad" safe>
            {`failed${call.status_code === null ? "" : ` with ${call.status_code}`}`}
          </span>
        )}
      </p>
      {call.state === "failed" && call.error_message !== null && (
        <p class="why" safe>
          {call.error_message}
        </p>
      )}
    </div>
  );
}

function tokensOf(call: LogRow): string | null {
  const { prompt_tokens: prompt, completion_tokens: completion, tokens_estimated: guess } = call;
  if (prompt === null && completion === null) return null;
  return `${guess ? "~" : ""}${short(prompt)} in, ${short(completion)} out`;
}

function costOf({ cost }: LogRow): string | null {
  return cost === null ? null : dollars(cost);
}

function tookOf(call: LogRow, now: number | undefined): string | null {
  if (call.duration_ms !== null) return duration(call.duration_ms);
  if (call.state !== "inflight" || now === undefined) return null;
  return `${duration(Math.max(0, now - Date.parse(call.timestamp)))} so far`;
}
