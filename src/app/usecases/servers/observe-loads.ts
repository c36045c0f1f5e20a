// What calls show of the models in memory: whoever answers has the model, and may have made room for it.
import type { CallObserver } from "../../../ports/observer.ts";
import type { LoadedBoard } from "./loaded-board.ts";

/** Paths whose answers come from a model that is in memory: not those that manage or count. */
const asksModel =
  /^\/(?:v1\/(?!messages\/count_tokens)|api\/(?:chat|generate|embed|embeddings)(?:\?|$))/;

/** @param changed called where a server is known to have loaded another model than it was known to have */
export function observeLoads(
  loaded: Pick<LoadedBoard, "knows" | "served">,
  changed: (baseUrl: string) => void,
): CallObserver {
  return {
    started: () => undefined,
    progressed(call) {
      const target = call.contents() > 0 ? call.asked() : null;
      if (target === null || target.model === null) return;
      const { name, baseUrl } = target.server;
      if (loaded.served(name, target.model)) changed(baseUrl);
    },
    ended({ state, path, upstream, upstreamUrl, mappedModel }) {
      if (state !== "completed" || upstream === null || upstreamUrl === null) return;
      if (mappedModel === null || !loaded.knows(upstream) || !asksModel.test(path)) return;
      if (loaded.served(upstream, mappedModel)) changed(upstreamUrl);
    },
  };
}
