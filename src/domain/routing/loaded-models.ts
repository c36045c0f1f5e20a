// What model servers say of the models that they have in memory, each software in a form of its own.
import { isRecord, type JsonRecord, textMember } from "../bytes/json.ts";
import type { Engine } from "./engine.ts";
import { type MemoryControl, memoryControls } from "./model-memory.ts";
import type { ListedModel } from "./model-list.ts";
import type { ServerType } from "./types.ts";

/** One that is being loaded is not there yet. */
export type LoadState = "loaded" | "loading";

export interface LoadedModel {
  /** As the server calls it. */
  readonly name: string;
  readonly state: LoadState;
  /** In memory, in bytes; null: the server does not say. */
  readonly size: number | null;
  /** Epoch ms when it is unloaded unless it is called before; null: the server does not say. */
  readonly until: number | null;
  /** Tokens of a call that fit, prompt and answer together. Present where the server says. */
  readonly context?: number;
}

/** A software's own way to say what it has loaded. */
export interface LoadedQuestion {
  readonly path: string;
  /** null: this is not such a list. */
  read(body: unknown): readonly LoadedModel[] | null;
  /** Whether a call for one that is not in the list makes the server load it, as a call's time shows. */
  readonly loadsOnCall: boolean;
  /** How it is asked to load and unload. */
  readonly control: MemoryControl;
  /** Whether nobody else would answer so. */
  isOwn(body: unknown): boolean;
}

/** Ollama's clients leave out the tag `latest`: with and without it, a name is one. */
export function loadedKey(name: string): string {
  return name.endsWith(":latest") ? name.slice(0, -":latest".length) : name;
}

/** @returns null: a server of this type and software has no such list */
export function loadedQuestion(type: ServerType, engine: Engine | null): LoadedQuestion | null {
  if (type === "ollama") return ollama;
  if (type === "anthropic" || engine === null) return null;
  return questions[engine];
}

/** Whether all the models that the software lists are in memory for as long as it runs. */
export function listsOnlyLoaded(engine: Engine | null): boolean {
  return engine === "vllm";
}

/** Whether an entry of Ollama's list stands for a model that runs elsewhere, which nobody has to load. */
export function runsElsewhere({ ollama: entry }: Pick<ListedModel, "ollama">): boolean {
  return entry !== null && textMember(entry, "remote_host") !== null;
}

const ollama: LoadedQuestion = {
  path: "/api/ps",
  read: (body) =>
    readEntries(body, "models", (entry) => {
      const name = textMember(entry, "model") ?? textMember(entry, "name");
      const until = Date.parse(textMember(entry, "expires_at") ?? "");
      return name === null
        ? null
        : {
            name,
            state: "loaded",
            size: amountIn(entry["size"]),
            until: Number.isNaN(until) ? null : until,
            ...contextIn(entry["context_length"]),
          };
    }),
  loadsOnCall: true,
  control: memoryControls.ollama,
  // This router, for one, does.
  isOwn: () => false,
};

const llamaSwap: LoadedQuestion = {
  path: "/running",
  read: (body) => readStates(body, ["running", "model"], { ready: "loaded", starting: "loading" }),
  loadsOnCall: true,
  control: memoryControls["llama-swap"],
  isOwn: (body) => llamaSwap.read(body) !== null,
};

const lmStudio: LoadedQuestion = {
  path: "/api/v0/models",
  read: (body) => readStates(body, ["data", "id"], { loaded: "loaded", loading: "loading" }),
  loadsOnCall: false,
  control: memoryControls["lm-studio"],
  // A list of no models is what anybody might say.
  isOwn: (body) => lmStudio.read(body) !== null && isRecord(body) && notEmpty(body["data"]),
};

/** How a server may be asked of which neither type nor list says what it is. */
export const guessedQuestions: readonly LoadedQuestion[] = [llamaSwap, lmStudio];

const questions: Readonly<Record<Engine, LoadedQuestion | null>> = {
  ollama,
  "llama-swap": llamaSwap,
  "lm-studio": lmStudio,
  vllm: null,
  sglang: null,
  "llama.cpp": null,
  litellm: null,
};

/** @param read null: the entry says nothing of a model in memory */
function readEntries(
  body: unknown,
  list: string,
  read: (entry: JsonRecord) => LoadedModel | null,
): readonly LoadedModel[] | null {
  const entries = isRecord(body) ? body[list] : null;
  if (!Array.isArray(entries)) return null;
  return (entries as readonly unknown[]).flatMap((entry) => {
    const model = isRecord(entry) ? read(entry) : null;
    return model === null ? [] : [model];
  });
}

/** A list of models in states of which only some mean that a model is in memory. */
function readStates(
  body: unknown,
  [list, name]: readonly [list: string, name: string],
  states: Readonly<Record<string, LoadState>>,
): readonly LoadedModel[] | null {
  let isStated = true;
  const models = readEntries(body, list, (entry) => {
    const [model, said] = [textMember(entry, name), textMember(entry, "state")];
    isStated &&= said !== null;
    const state = said !== null && Object.hasOwn(states, said) ? states[said] : undefined;
    return model === null || state === undefined
      ? null
      : {
          name: model,
          state,
          size: null,
          until: null,
          ...contextIn(entry["loaded_context_length"]),
        };
  });
  // Models of which nothing is said may well be loaded.
  return isStated ? models : null;
}

function contextIn(value: unknown): Pick<LoadedModel, "context"> {
  const tokens = amountIn(value);
  return tokens === null ? {} : { context: tokens };
}

function amountIn(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function notEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
