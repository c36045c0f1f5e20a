/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The models in a server's memory: which, how large, until when.
import { Html } from "@elysiajs/html";
import { loadedKey } from "../../../domain/routing/loaded-models.ts";
import type { LoadedState, UpstreamState, WishState } from "../../../ports/browse.ts";
import { bytes, clockTime, span } from "../shared/format.ts";
import { MemoryForm } from "./memory-form.tsx";

export interface LoadedModelsProps {
  readonly upstream: Pick<UpstreamState, "name" | "models" | "loaded" | "loadable" | "wishes">;
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
          <span>
            <span safe>{model.name}</span> <Facts model={model} now={now} />
          </span>
          {canUnload(model, upstream) && (
            <MemoryForm server={upstream.name} model={model.name} wish="unload" />
          )}
        </li>
      ))}
    </ul>
  );
}

/** One that a wish is under way for has no button until that is over. */
function canUnload({ name, state }: LoadedState, upstream: LoadedModelsProps["upstream"]): boolean {
  const { loadable = [], wishes = [] } = upstream;
  const key = loadedKey(name);
  const isOwn = loadable.some((model) => loadedKey(model) === key);
  return isOwn && state === "loaded" && !wishes.some((wish) => isUnderWay(wish, name));
}

/** Whether a model of the server's list can be loaded now. */
export function canLoad(model: string, upstream: LoadedModelsProps["upstream"]): boolean {
  const { loadable = [], loaded, wishes = [] } = upstream;
  const key = loadedKey(model);
  const isThere = (loaded ?? []).some(({ name }) => loadedKey(name) === key);
  return loadable.includes(model) && !isThere && !wishes.some((wish) => isUnderWay(wish, model));
}

function isUnderWay({ model, error }: WishState, name: string): boolean {
  return error === null && loadedKey(model) === loadedKey(name);
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
