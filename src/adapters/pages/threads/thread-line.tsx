/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One thread in the list: what it is about, whose it is, and what its calls come to.
import { Html } from "@elysiajs/html";
import type { ThreadRow } from "../../../ports/threads.ts";
import { Ago } from "../shared/clock-time.tsx";
import { dollarsAtLeast, none, short, span, whole } from "../shared/format.ts";

export interface ThreadLineProps {
  readonly thread: ThreadRow;
  /** Epoch ms. */
  readonly now: number;
  /** Out of sight where the page is opened; see requests.css. */
  readonly later: boolean;
}

export function ThreadLine({ thread, now, later }: ThreadLineProps): JSX.Element {
  const href = `/thread/${encodeURIComponent(thread.id)}`;
  const { calls, errors, prompt_tokens: prompt, completion_tokens: completion } = thread;
  return (
    <tr id={`t-${thread.id}`} role="row" class={later ? "later" : undefined} data-href={href}>
      <td role="cell" class="c-asked">
        <a class="open" href={href} title={thread.title ?? undefined} dir="auto" safe>
          {thread.title ?? "Without words"}
        </a>
      </td>
      <td role="cell" class="c-who" title={[thread.user, thread.client].filter(Boolean).join("\n")}>
        <span class="who" safe>
          {thread.user}
        </span>
        {thread.client !== null && (
          <span class="faint" safe>
            {` ${thread.client.split("/")[0] ?? ""}`}
          </span>
        )}
      </td>
      <td role="cell" class="c-models" title={thread.models.join("\n")}>
        <Models models={thread.models} />
      </td>
      <td role="cell" class="number c-calls">
        {whole(calls)}
        <span class="unit">{calls === 1 ? " call" : " calls"}</span>
      </td>
      <td role="cell" class={`number c-errors${errors > 0 ? " bad" : ""}`}>
        {errors > 0 ? whole(errors) : none}
        {errors > 0 && <span class="unit"> failed</span>}
      </td>
      <td
        role="cell"
        class="number c-tokens"
        aria-label={`${short(prompt)} in, ${short(completion)} out`}
      >
        {short(prompt)}
        <span class="faint"> / </span>
        {short(completion)}
      </td>
      <td
        role="cell"
        class="number c-cost"
        title={thread.unpriced > 0 ? `${whole(thread.unpriced)} unpriced` : undefined}
        safe
      >
        {dollarsAtLeast(thread.cost, thread.unpriced)}
      </td>
      <td role="cell" class="number c-span" safe>
        {span(Date.parse(thread.last_at) - Date.parse(thread.started_at))}
      </td>
      <td role="cell" class="number c-time">
        <Ago iso={thread.last_at} now={now} />
      </td>
    </tr>
  );
}

/** The first one by its name; a row has no room for eight. */
function Models({ models }: Pick<ThreadRow, "models">): JSX.Element {
  const [first, ...more] = models;
  if (first === undefined) return <span class="faint">no model</span>;
  return (
    <>
      <span class="model" safe>
        {first}
      </span>
      {more.length > 0 && <span class="faint">{` +${more.length}`}</span>}
    </>
  );
}
