/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The calls being answered right now, each with a way to end it.
import { Html } from "@elysiajs/html";
import type { InFlightCall } from "../../../ports/browse.ts";
import { CancelForm } from "../request/cancel-form.tsx";
import { duration, whole } from "../shared/format.ts";
import { RouterMark } from "../shared/router-mark.tsx";
import { ModelName } from "../shared/state-mark.tsx";

/** The list below has all of them. */
const shown = 3;
/** What runs moves figures all the time. */
const pollMs = 1_000;

export function InFlightList({ calls }: { readonly calls: readonly InFlightCall[] }): JSX.Element {
  if (calls.length === 0) return <section id="inflight" data-live hidden></section>;
  return (
    <section
      id="inflight"
      class="under-way"
      data-live
      data-poll={String(pollMs)}
      aria-labelledby="inflight-title"
    >
      <h2 id="inflight-title" class="hidden">
        In flight
      </h2>
      <ul>
        {calls.slice(0, shown).map((call) => (
          <Running call={call} />
        ))}
      </ul>
      {calls.length > shown && (
        <p class="nothing">
          <a href="/?state=inflight">{`and ${whole(calls.length - shown)} more`}</a>
        </p>
      )}
    </section>
  );
}

function Running({ call }: { readonly call: InFlightCall }): JSX.Element {
  const { id, position, waiting_for: server, tokens_so_far: tokens, instance } = call;
  const model = call.original_model ?? call.mapped_model ?? "call without a model";
  return (
    <li id={`f-${id}`}>
      <span
        class={position === null ? "dot inflight" : "dot interrupted"}
        aria-hidden="true"
      ></span>
      <a class="clip" href={`/request/${encodeURIComponent(id)}`}>
        <ModelName original={call.original_model} mapped={call.mapped_model} />
      </a>
      <span class="clip">
        <span safe>
          {position === null
            ? (call.upstream ?? "")
            : `queued for ${server ?? ""}, position ${position}`}
        </span>
        <RouterMark router={instance} />
      </span>
      <span class="number faint" title="events with content: about as many as tokens" safe>
        {tokens === null || tokens === 0 ? "" : `~${whole(tokens)} tokens`}
      </span>
      <time class="number" datetime={call.timestamp} data-running safe>
        {duration(call.elapsed_ms)}
      </time>
      <CancelForm id={id} model={model} />
    </li>
  );
}
