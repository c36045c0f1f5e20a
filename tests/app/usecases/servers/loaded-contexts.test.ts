import { expect, test } from "bun:test";
import type { LoadedModel } from "../../../../src/domain/routing/loaded-models.ts";
import { memoryControls } from "../../../../src/domain/routing/model-memory.ts";
import { loadedContexts } from "../../../../src/app/usecases/servers/loaded-contexts.ts";

test("contexts are those that servers say of their loaded models, by names without the tag", () => {
  const loaded = (name: string, context?: number): LoadedModel => ({
    name,
    state: "loaded",
    size: null,
    until: null,
    ...(context === undefined ? {} : { context }),
  });
  const lists: Readonly<Record<string, readonly LoadedModel[]>> = {
    box: [loaded("qwen3:latest", 4_096), loaded("phi4")],
    studio: [loaded("qwen3", 8_192)],
  };
  const board = {
    list: (name: string) => (lists[name] === undefined ? null : { models: lists[name], readAt: 0 }),
    control: (name: string) =>
      name === "box" ? memoryControls.ollama : memoryControls["lm-studio"],
  };
  expect(loadedContexts(board, ["box", "hosted", "studio"])).toEqual([
    { server: "box", isOllama: true, models: [["qwen3", 4_096]] },
    { server: "studio", isOllama: false, models: [["qwen3", 8_192]] },
  ]);
});
