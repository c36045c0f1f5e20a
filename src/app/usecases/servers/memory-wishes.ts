// Loads models into servers' memory and takes them out of it, as people ask on the pages: a wish is carried out
// beside the calls, and stands there with what became of it until the server's list shows it.
import {
  type MemoryRequest,
  type MemoryWish,
  refusalWords,
} from "../../../domain/routing/model-memory.ts";
import { loadedKey } from "../../../domain/routing/loaded-models.ts";
import { serversOf } from "../../../domain/routing/model-list.ts";
import type { Routing, Server } from "../../../domain/routing/types.ts";
import type { Wished } from "../../../ports/actions.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Logger } from "../../../ports/logger.ts";
import type { AskServer } from "./ask-server.ts";
import type { LoadedBoard } from "./loaded-board.ts";
import type { Models } from "./models.ts";

/** A wish that is being carried out, or was not. */
export interface OpenWish {
  readonly model: string;
  readonly wish: MemoryWish;
  /** Epoch ms. */
  readonly since: number;
  /** In words; null: it is under way. */
  readonly error: string | null;
}

export interface MemoryWishes {
  /** Begins it; does not wait for the model. */
  wish(serverName: string, model: string, wish: MemoryWish): Wished;
  /** Of a server, those under way and those that failed lately. */
  open(serverName: string): readonly OpenWish[];
}

export interface MemoryWishesDeps {
  readonly routing: () => Routing;
  readonly models: Pick<Models, "state">;
  readonly loaded: Pick<LoadedBoard, "ask" | "take" | "control" | "list">;
  readonly ask: AskServer;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Pick<Logger, "info" | "error">;
}

/** ms that a large model may take to come from a slow disk. */
const loadLimitMs = 15 * 60_000;
const unloadLimitMs = 60_000;
/** ms that a failure is shown. */
const failureShownMs = 5 * 60_000;

export function createMemoryWishes(deps: MemoryWishesDeps): MemoryWishes {
  const { routing, models, loaded, ask, clock, logger } = deps;
  const wishes = new Map<string, Map<string, OpenWish>>();

  const of = (serverName: string): Map<string, OpenWish> => {
    const own = wishes.get(serverName) ?? new Map<string, OpenWish>();
    wishes.set(serverName, own);
    return own;
  };

  /** @returns why it failed; null: it did not */
  async function tryInOrder(
    server: Server,
    requests: readonly MemoryRequest[],
    limitMs: number,
  ): Promise<string | null> {
    let why = "there is no way to ask for it";
    for (const { method, path, body } of requests) {
      const bytes = body === null ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) };
      const says = await ask(server, { method, path, limitMs, ...bytes });
      if (says.kind !== "answered") return says.error;
      if (says.status < 400) return null;
      why = refusalWords(says.status, says.body);
      if (says.status !== 400) return why;
    }
    return why;
  }

  async function carryOut(server: Server, model: string, wish: MemoryWish): Promise<void> {
    const own = of(server.name);
    const control = loaded.control(server.name);
    const requests = control?.[wish](model) ?? [];
    const limitMs = wish === "load" ? loadLimitMs : unloadLimitMs;
    const error = await tryInOrder(server, requests, limitMs);
    loaded.take(server.name, await loaded.ask(server, models.state(server.name).models));
    // llama-swap passes on what the model's own server says of a path that it need not have.
    const isThere = isLoaded(server.name, model) === (wish === "load");
    if (error === null || isThere) own.delete(model);
    else own.set(model, { model, wish, since: clock.now(), error });
    const fields = { server: server.name, model, ...(error === null ? {} : { error }) };
    logger.info(`a model was asked to be ${wish}ed on the pages`, fields);
  }

  function isLoaded(serverName: string, model: string): boolean {
    const list = loaded.list(serverName)?.models ?? [];
    return list.some(
      ({ name, state }) => loadedKey(name) === loadedKey(model) && state === "loaded",
    );
  }

  return {
    wish(serverName, model, wish) {
      const server = serversOf(routing()).find(({ name }) => name === serverName);
      if (server === undefined || loaded.control(serverName) === null)
        return { kind: "refused", why: "This server cannot be asked to load or unload models." };
      const known = [
        ...models.state(serverName).models.map(({ id }) => id),
        ...(loaded.list(serverName)?.models.map(({ name }) => name) ?? []),
      ];
      if (!known.includes(model))
        return { kind: "refused", why: "This server lists no such model." };
      const before = of(serverName).get(model);
      if (before !== undefined && before.error === null) return { kind: "begun" };
      if (wish === "load" && isLoaded(serverName, model)) return { kind: "begun" };
      of(serverName).set(model, { model, wish, since: clock.now(), error: null });
      carryOut(server, model, wish).catch((error: unknown) => {
        of(serverName).delete(model);
        logger.error(String(error));
      });
      return { kind: "begun" };
    },
    open(serverName) {
      const own = wishes.get(serverName);
      if (own === undefined) return [];
      for (const { model, since, error } of own.values())
        if (error !== null && clock.now() - since > failureShownMs) own.delete(model);
      return [...own.values()];
    },
  };
}
