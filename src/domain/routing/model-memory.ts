// How each software is asked to load a model into memory, or to take it out of it.
import { isRecord, parseJsonBytes, textMember } from "../bytes/json.ts";
import type { Engine } from "./engine.ts";

export type MemoryWish = "load" | "unload";

export interface MemoryRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Sent as JSON; null: none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

export interface MemoryControl {
  /** In order: where one is refused as meant for another kind of model (400), the next is tried. */
  load(model: string): readonly MemoryRequest[];
  unload(model: string): readonly MemoryRequest[];
}

const post = (path: string, body: MemoryRequest["body"]): MemoryRequest => ({
  method: "POST",
  path,
  body,
});

/** The engines that can be asked. */
export const memoryControls = {
  ollama: {
    load: (model) => [
      // Without a prompt it only loads; how long the model stays is the server's own setting.
      post("/api/generate", { model, stream: false }),
      // One that makes vectors alone.
      post("/api/embed", { model, input: "" }),
    ],
    unload: (model) => [post("/api/generate", { model, keep_alive: 0, stream: false })],
  },
  "llama-swap": {
    // It has no path for it: its own page opens a path of the model's server, too.
    load: (model) => [{ method: "GET", path: `/upstream/${inPath(model)}/health`, body: null }],
    unload: (model) => [post(`/api/models/unload/${inPath(model)}`, null)],
  },
  "lm-studio": {
    // Since 0.4.0. It would load one that is loaded a second time: whoever asks sees to that.
    load: (model) => [post("/api/v1/models/load", { model })],
    unload: (model) => [post("/api/v1/models/unload", { instance_id: model })],
  },
} as const satisfies Partial<Record<Engine, MemoryControl>>;

/** A name may have slashes, which stay. */
function inPath(model: string): string {
  return model.split("/").map(encodeURIComponent).join("/");
}

const longestWords = 300;

/** Why a server refused, in its own words where it has some. */
export function refusalWords(status: number, body: Uint8Array): string {
  const parsed = parseJsonBytes(body);
  const error = isRecord(parsed) ? parsed["error"] : null;
  const said =
    typeof error === "string" ? error : isRecord(error) ? textMember(error, "message") : null;
  return said === null || said.trim() === ""
    ? `it answered with status ${status}`
    : `status ${status}: ${said.slice(0, longestWords)}`;
}
