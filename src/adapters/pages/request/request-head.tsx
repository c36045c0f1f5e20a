/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The head of a request's page: what was asked for, its state, and what went wrong or was irregular.
import { Html } from "@elysiajs/html";
import type { LogDetail } from "../../../ports/browse.ts";
import { CancelForm } from "./cancel-form.tsx";
import { ClockTime } from "../shared/clock-time.tsx";
import { duration } from "../shared/format.ts";
import { ModelName, StateMark, stateWords } from "../shared/state-mark.tsx";

export function RequestHead(props: {
  readonly detail: LogDetail;
  readonly now: number;
}): JSX.Element {
  const { detail, now } = props;
  const started = Date.parse(detail.timestamp);
  const state =
    detail.state === "inflight"
      ? `still running for ${duration(Math.max(0, now - started))}`
      : stateWords[detail.state];
  return (
    <header class="request-head">
      <h1>
        <ModelName original={detail.original_model} mapped={detail.mapped_model} />
      </h1>
      <div class="state">
        <span class={`badge ${detail.state}`}>
          <StateMark state={detail.state} />
          <span safe>{[detail.status_code, state].filter((part) => part !== null).join(" ")}</span>
        </span>
        <span class="call">
          <span safe>{detail.method}</span> <code safe>{detail.path}</code>
        </span>
        <ClockTime iso={detail.timestamp} />
        <code class="id" safe>
          {detail.id}
        </code>
        {detail.state === "inflight" && (
          <CancelForm id={detail.id} model={detail.original_model ?? "this call"} />
        )}
      </div>
      {detail.error_message !== null && (
        <p class="notice bad" safe>
          {detail.error_message}
        </p>
      )}
      {detail.held === "partial" && (
        <p class="notice">
          The answer was too large to hold back whole: its beginning was sent before the rest was
          checked.
        </p>
      )}
      {detail.warnings.map((warning) => (
        <p class="notice" safe>
          {warningInWords(warning)}
        </p>
      ))}
      {detail.dropped.length > 0 && (
        <p class="notice">
          <strong>Not carried over to the upstream: </strong>
          <span safe>{detail.dropped.join(", ")}</span>
        </p>
      )}
    </header>
  );
}

const sentences: Readonly<Record<string, string>> = {
  malformed_event:
    "The upstream's stream held an event that could not be read. It was passed on as it came, and the stream went on.",
  reply_cut: "The reply was cut at its length limit, the request's own or the server's.",
  prompt_truncated:
    "The upstream read less of the prompt than was sent: it did not fit the context with which the model is loaded. With Ollama, options.num_ctx sets it.",
  repeated: "The reply says the same again and again at its end.",
  slow_load: "The upstream had to load the model first.",
};

/** A warning of a row in words; one that this page does not know is its own name. */
function warningInWords(warning: string): string {
  const [, notJudged] = /^not_judged: (.+)$/.exec(warning) ?? [];
  if (notJudged !== undefined)
    return `The answer was not checked as the routes file requires: ${notJudged}.`;
  const [, added] = /^added: (.+)$/.exec(warning) ?? [];
  if (added !== undefined)
    return `The server wants ${added}, which the request did not hold; the router added it.`;
  return Object.hasOwn(sentences, warning) ? (sentences[warning] ?? warning) : warning;
}
