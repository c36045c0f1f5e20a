// How much of a prompt the model of a call can read, as its server said last, in the log's thread.
import type { ServerContexts } from "../../../domain/log/contexts.ts";
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import { loadedKey } from "../../../domain/routing/loaded-models.ts";

export interface ModelContext {
  /** null: not known. */
  readonly tokens: number | null;
  /** Whether the server is known to be Ollama. */
  readonly isOllama: boolean;
}

export interface CallContexts {
  adopt(contexts: readonly ServerContexts[]): void;
  of(call: Pick<LogEntry, "upstream" | "mappedModel">): ModelContext;
}

export const unknownContext: ModelContext = { tokens: null, isOllama: false };

export function createCallContexts(): CallContexts {
  let servers = new Map<string, { isOllama: boolean; models: ReadonlyMap<string, number> }>();
  return {
    adopt(contexts) {
      servers = new Map(
        contexts.map(({ server, isOllama, models }) => [
          server,
          { isOllama, models: new Map(models) },
        ]),
      );
    },
    of({ upstream, mappedModel }) {
      const server = upstream === null ? undefined : servers.get(upstream);
      if (server === undefined) return unknownContext;
      const tokens = mappedModel === null ? undefined : server.models.get(loadedKey(mappedModel));
      return { tokens: tokens ?? null, isOllama: server.isOllama };
    },
  };
}
