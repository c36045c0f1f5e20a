/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// An answer of `/try`: what was said, and what it took. The script fills one as the answer streams in.
import { Html } from "@elysiajs/html";

export interface TriedAnswer {
  readonly model: string;
  /** In words: how it ended. */
  readonly says: string;
  readonly failed: boolean;
  readonly thinking: string;
  readonly text: string;
  /** Of the log's row; null: there is none. */
  readonly id: string | null;
  /** What it took, by name. */
  readonly figures: readonly (readonly [name: string, value: string])[];
}

export function AnswerCard({ answer }: { readonly answer: TriedAnswer }): JSX.Element {
  const { model, says, failed, thinking, text, id, figures } = answer;
  return (
    <article class="tried">
      <header>
        <h2 class="model" safe>
          {model}
        </h2>
        <p class={failed ? "ends why" : "ends faint"} role="status" safe>
          {says}
        </p>
      </header>
      <details class="thought" hidden={thinking === ""}>
        <summary>Thinking</summary>
        <div class="said" safe>
          {thinking}
        </div>
      </details>
      <div class="said text" safe>
        {text}
      </div>
      <dl class="took">
        {figures.map(([name, value]) => (
          <div>
            <dt safe>{name}</dt>
            <dd safe>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="more">
        <a href={`/request/${encodeURIComponent(id ?? "")}`} hidden={id === null}>
          Open the request
        </a>
        <button type="button" class="small" hidden>
          Stop
        </button>
      </p>
    </article>
  );
}
