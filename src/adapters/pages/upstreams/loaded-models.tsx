/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The models in a server's memory: which, how large, until when.
import { Html } from "@elysiajs/html";
import type { LoadedState, UpstreamState } from "../../../ports/browse.ts";
import { bytes, clockTime, span } from "../shared/format.ts";

export interface LoadedModelsProps {
  readonly upstream: Pick<UpstreamState, "models" | "loaded">;
  /** Epoch ms. */
  readonly now: number;
}

/** Nothing where the server cannot say, or lists none that it could have loaded. */
export function LoadedModels({ upstream, now }: LoadedModelsProps): JSX.Element {
  const { loaded, models } = upstream;
  if (loaded === null || (loaded.length === 0 && models.length === 0)) return "";
  if (loaded.length === 0) return <p class="faint">none loaded</p>;
  if (isAllOf(models, loaded)) return <p class="faint">all loaded</p>;
  return (
    <ul class="loaded" aria-label="Loaded models">
      {loaded.map((model) => (
        <li>
          <span safe>{model.name}</span> <Facts model={model} now={now} />
        </li>
      ))}
    </ul>
  );
}

/** As of a server that has whatever it lists, and says nothing more of it. */
function isAllOf(models: readonly string[], loaded: readonly LoadedState[]): boolean {
  return (
    models.length > 1 &&
    loaded.length === models.length &&
    loaded.every(({ state, size, until }) => state === "loaded" && size === null && until === null)
  );
}

function Facts({ model, now }: { readonly model: LoadedState; readonly now: number }): JSX.Element {
  const { state, size, until } = model;
  return (
    <span class="faint">
      {state}
      {size !== null && `, ${bytes(size)}`}
      {until !== null && (
        <>
          {", "}
          <time datetime={until} title={clockTime(until)} data-zone="words" safe>
            {`for ${span(Math.max(0, Date.parse(until) - now))} more`}
          </time>
        </>
      )}
    </span>
  );
}
