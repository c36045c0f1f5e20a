/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A call's state as a coloured dot, with the word for those who do not see it.
import { Html } from "@elysiajs/html";
import type { LogState } from "../../../domain/log/log-entry.ts";

export const stateWords: Readonly<Record<LogState, string>> = {
  inflight: "in flight",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled by the client",
  interrupted: "interrupted by a restart",
};

export function StateMark({ state }: { readonly state: LogState }): JSX.Element {
  return (
    <span class={`dot ${state}`} title={stateWords[state]}>
      <span class="hidden" safe>
        {stateWords[state]}
      </span>
    </span>
  );
}

/** A model as asked, and as sent where that differs. */
export function ModelName(props: {
  readonly original: string | null;
  readonly mapped: string | null;
  /** A name as it is to be shown, escaped; absent: as it is. */
  readonly shown?: (name: string) => JSX.Element;
}): JSX.Element {
  const { original, mapped, shown = (name) => <span safe>{name}</span> } = props;
  const asked = original ?? mapped ?? "";
  return (
    <>
      {original === null && mapped === null ? (
        <span class="faint">no model</span>
      ) : (
        <span class="model">{shown(asked)}</span>
      )}
      {mapped !== null && mapped !== asked && (
        <span class="mapped">
          <span class="arrow" aria-hidden="true">
            {" → "}
          </span>
          <span class="hidden"> sent as </span>
          {shown(mapped)}
        </span>
      )}
    </>
  );
}
