// What servers have in memory: read beside their model lists, never on a call's path, and amended by what
// answered calls show.
import { parseJsonBytes } from "../../../domain/bytes/json.ts";
import { engineOf } from "../../../domain/routing/engine.ts";
import {
  listsOnlyLoaded,
  loadedKey,
  type LoadedModel,
  type LoadState,
  runsElsewhere,
} from "../../../domain/routing/loaded-models.ts";
import type { MemoryControl } from "../../../domain/routing/model-memory.ts";
import type { Warmth } from "../../../domain/routing/candidate-order.ts";
import type { ListedModel } from "../../../domain/routing/model-list.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Server } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { AskServer } from "./ask-server.ts";
import { createFindLoadedQuestion } from "./loaded-question.ts";

/** What a server said it has in memory. */
export interface LoadedList {
  readonly models: readonly LoadedModel[];
  /** Epoch ms. */
  readonly readAt: number;
}

/** A server's answer, not in force yet; null: it has no such list. */
export type LoadedAnswer = Known | "unheard" | null;

export interface LoadedBoard {
  /**
   * Asks a server what it has in memory. Never rejects, and gives up after 2 s.
   * @param list its models; null: they are not known, so neither is its software
   */
  ask(server: Server, list: readonly ListedModel[] | null): Promise<LoadedAnswer>;
  /** Puts an answer in force. One that did not come leaves what was known. */
  take(serverName: string, answer: LoadedAnswer): void;
  forget(serverName: string): void;
  /** Whether a server has said what it has in memory. */
  knows(serverName: string): boolean;
  /** null: it has not. */
  list(serverName: string): LoadedList | null;
  /** How a server is asked to load and unload; null: it cannot be. */
  control(serverName: string): MemoryControl | null;
  /** Whether a target's model is in its server's memory. */
  warmth(target: Pick<Target, "server" | "model">): Warmth;
  /** Whether a call makes its server load the model: one that loads on demand, and did not have it. */
  isLoading(target: Pick<Target, "server" | "model">): boolean;
  /**
   * A model has answered a call, so it is in memory.
   * @returns whether its server should be asked again: what it had before may have made room for it
   */
  served(serverName: string, model: string): boolean;
}

/** Written anew with each answered call. */
interface Held extends LoadedModel {
  state: LoadState;
  until: number | null;
  /** Epoch ms of the last call that it has answered; null: none since it was listed. */
  servedAt: number | null;
}

interface Known {
  /** By `loadedKey`. */
  readonly models: Map<string, Held>;
  /** What the server's own name is, by `loadedKey` of every name that its list has. null: no list is known. */
  readonly names: ReadonlyMap<string, string> | null;
  readonly loadsOnCall: boolean;
  readonly control: MemoryControl | null;
  readonly readAt: number;
}

/** ms between an answer of a server and the next question for the sake of a call. */
const restMs = 2_000;

/** @param taken is called when an answer has come into force, or a server is forgotten */
export function createLoadedBoard(
  ask: AskServer,
  clock: Pick<Clock, "now">,
  taken: () => void = () => undefined,
): LoadedBoard {
  const findQuestion = createFindLoadedQuestion(ask, clock);
  // A server that cannot say has no entry: for all the others, a look costs nothing more.
  const servers = new Map<string, Known>();

  /** null: nobody can say whether it is in memory. */
  function keyOf(known: Known, model: string | null): string | null {
    if (model === null) return null;
    const key = loadedKey(model);
    if (known.models.has(key) || known.names === null) return key;
    // A server may know a model by names that its list leaves out.
    return known.names.get(key) ?? null;
  }

  function has(known: Known, key: string): boolean {
    const model = known.models.get(key);
    if (model?.state !== "loaded") return false;
    return model.until === null || model.until > clock.now();
  }

  return {
    async ask(server, list) {
      const engine = list === null ? null : engineOf(list);
      const question = await findQuestion(server, list ?? []);
      const readAt = clock.now();
      const names = list === null ? null : namesOf(list);
      const lasting = (list ?? [])
        .filter((model) => listsOnlyLoaded(engine) || runsElsewhere(model))
        .map(({ id }) => held({ name: id, size: null }));
      const known = {
        names,
        loadsOnCall: question?.loadsOnCall ?? false,
        control: question?.control ?? null,
        readAt,
      };
      if (question === null)
        return listsOnlyLoaded(engine) ? { ...known, models: byKey(lasting, readAt) } : null;
      const says = await ask(server, { method: "GET", path: question.path });
      if (says.kind === "failed") return "unheard";
      const isAnswer = says.kind === "answered" && says.status < 400;
      const models = isAnswer ? question.read(parseJsonBytes(says.body)) : null;
      if (models === null) return null;
      return { ...known, models: byKey([...lasting, ...models], readAt) };
    },
    take(name, answer) {
      if (answer === "unheard") return;
      const before = servers.get(name);
      if (answer === null) servers.delete(name);
      else servers.set(name, answer);
      // The answer may be older than a call that was answered meanwhile.
      for (const [key, model] of answer === null ? [] : (before?.models ?? []))
        if (model.servedAt !== null && model.servedAt >= (answer?.readAt ?? 0))
          answer?.models.set(key, model);
      taken();
    },
    forget(name) {
      servers.delete(name);
      taken();
    },
    knows: (name) => servers.has(name),
    list(name) {
      const known = servers.get(name);
      return known === undefined
        ? null
        : { models: [...known.models.values()], readAt: known.readAt };
    },
    control: (name) => servers.get(name)?.control ?? null,
    warmth({ server, model }) {
      const known = servers.get(server.name);
      const key = known === undefined ? null : keyOf(known, model);
      if (known === undefined || key === null) return "unknown";
      if (has(known, key)) return "loaded";
      return known.models.get(key)?.state === "loading" ? "loading" : "unloaded";
    },
    isLoading({ server, model }) {
      const known = servers.get(server.name);
      if (known?.loadsOnCall !== true) return false;
      const key = keyOf(known, model);
      return key !== null && !has(known, key);
    },
    served(name, modelName) {
      const known = servers.get(name);
      if (known === undefined) return false;
      const key = keyOf(known, modelName);
      if (key === null) return false;
      // One that is loaded for each call alone must not have its server asked with each.
      const isNews = !has(known, key) && clock.now() - known.readAt >= restMs;
      const model = known.models.get(key) ?? held({ name: modelName, size: null });
      known.models.set(key, model);
      model.state = "loaded";
      // Its time begins anew with each call; how long it is, the next list says.
      model.until = null;
      model.servedAt = clock.now();
      return isNews;
    },
  };
}

function byKey(models: readonly LoadedModel[], now: number): Map<string, Held> {
  return new Map(
    models.map((model) => {
      // A time that is over already was written by another clock: it says nothing.
      const until = model.until !== null && model.until > now ? model.until : null;
      return [loadedKey(model.name), held({ ...model, until })];
    }),
  );
}

function held(model: Pick<LoadedModel, "name" | "size"> & Partial<LoadedModel>): Held {
  return { state: "loaded", until: null, ...model, servedAt: null };
}

function namesOf(list: readonly ListedModel[]): ReadonlyMap<string, string> {
  const own = list.map(({ id }): [string, string] => [loadedKey(id), loadedKey(id)]);
  // A list may have aliases as entries of their own, too.
  const others = list.flatMap(({ id, aliases }) =>
    aliases.map((alias): [string, string] => [loadedKey(alias), loadedKey(id)]),
  );
  return new Map([...own, ...others]);
}
