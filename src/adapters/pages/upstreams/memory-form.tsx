/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The button that has a server load a model, or take it out of memory; and what became of those pressed before.
import { Html } from "@elysiajs/html";
import type { MemoryWish } from "../../../domain/routing/model-memory.ts";
import type { UpstreamState, WishState } from "../../../ports/browse.ts";
import { span } from "../shared/format.ts";

export interface MemoryFormProps {
  readonly server: string;
  readonly model: string;
  readonly wish: MemoryWish;
}

const labels: Readonly<Record<MemoryWish, string>> = { load: "Load", unload: "Unload" };

export function MemoryForm({ server, model, wish }: MemoryFormProps): JSX.Element {
  return (
    // Where scripts run, they send it and stay on the page.
    <form method="post" action="/upstreams/memory" data-stay>
      <input type="hidden" name="server" value={server} />
      <input type="hidden" name="model" value={model} />
      <input type="hidden" name="wish" value={wish} />
      <button type="submit" class="small" aria-label={`${labels[wish]} ${model}`}>
        {labels[wish]}
      </button>
    </form>
  );
}

export interface WishesProps {
  readonly upstream: Pick<UpstreamState, "wishes">;
  /** Epoch ms. */
  readonly now: number;
}

/** Read out when they change: the button that was pressed is gone by then. */
export function Wishes({ upstream: { wishes = [] }, now }: WishesProps): JSX.Element {
  return (
    <div class="wishes" role="status">
      {wishes.map((wish) => (
        <p class={wish.error === null ? "faint" : "why"} safe>
          {inWords(wish, now)}
        </p>
      ))}
    </div>
  );
}

const under: Readonly<Record<MemoryWish, string>> = { load: "Loading", unload: "Unloading" };
const done: Readonly<Record<MemoryWish, string>> = { load: "loaded", unload: "unloaded" };

function inWords({ model, wish, since, error }: WishState, now: number): string {
  return error === null
    ? `${under[wish]} ${model}, for ${span(Math.max(0, now - Date.parse(since)))} so far`
    : `${model} could not be ${done[wish]}: ${error}`;
}
