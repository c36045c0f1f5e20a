// What servers say of their memory, as documented and as it is not.
import { expect, test } from "bun:test";
import type { Engine } from "../../../src/domain/routing/engine.ts";
import { loadedQuestion } from "../../../src/domain/routing/loaded-models.ts";
import type { ServerType } from "../../../src/domain/routing/types.ts";

const read = (type: ServerType, engine: Engine | null, body: unknown) =>
  loadedQuestion(type, engine)?.read(body);

test.each<[string, ServerType, Engine | null, unknown, readonly string[] | null]>([
  ["Ollama", "ollama", null, { models: [{ model: "a:1" }, { name: "b" }] }, ["a:1", "b"]],
  ["Ollama, nothing loaded", "ollama", null, { models: [] }, []],
  ["Ollama, entries without a name", "ollama", null, { models: [{}, 3, null] }, []],
  ["Ollama, no list", "ollama", null, { models: null }, null],
  [
    "llama-swap, of all states only ready and starting",
    "openai",
    "llama-swap",
    {
      running: ["stopped", "starting", "ready", "stopping", "shutdown"].map((state) => ({
        model: state,
        state,
      })),
    },
    ["starting (loading)", "ready"],
  ],
  ["llama-swap, nothing runs", "openai", "llama-swap", { running: [] }, []],
  ["llama-swap, without states", "openai", "llama-swap", { running: [{ model: "a" }] }, null],
  [
    "LM Studio",
    "openai",
    "lm-studio",
    {
      data: [
        { id: "a", state: "loaded" },
        { id: "b", state: "not-loaded" },
        { id: "c", state: "constructor" },
      ],
    },
    ["a"],
  ],
  // Its answer, of status 200, to a path that it does not know.
  ["an older LM Studio", "openai", "lm-studio", { error: "Unexpected endpoint or method." }, null],
  ["not even JSON", "openai", "lm-studio", undefined, null],
])("%s", (_, type, engine, body, expected) => {
  const said = read(type, engine, body)?.map(({ name, state }) =>
    state === "loaded" ? name : `${name} (${state})`,
  );
  expect(said ?? null).toEqual(expected as string[] | null);
});

test("size and end are numbers and dates, or unknown", () => {
  const entry = { model: "a", size: 5, expires_at: "2025-10-17T16:47:07.93355-07:00" };
  const until = Date.parse("2025-10-17T23:47:07.933Z");
  expect(read("ollama", null, { models: [entry] })).toEqual([
    { name: "a", state: "loaded", size: 5, until },
  ]);
  expect(read("ollama", null, { models: [{ model: "a", size: "5", expires_at: 7 }] })).toEqual([
    { name: "a", state: "loaded", size: null, until: null },
  ]);
});

test("the context of a model is a number of tokens, or left out", () => {
  const inOllama = [
    { model: "a", context_length: 4_096 },
    { model: "b", context_length: 0 },
  ];
  expect(read("ollama", null, { models: inOllama })?.map(({ context }) => context)).toEqual([
    4_096,
    undefined,
  ]);
  const inLmStudio = { id: "a", state: "loaded", loaded_context_length: 8_192 };
  expect(read("openai", "lm-studio", { data: [inLmStudio] })).toEqual([
    { name: "a", state: "loaded", size: null, until: null, context: 8_192 },
  ]);
});

test.each<[ServerType, Engine | null, string | undefined]>([
  ["ollama", null, "/api/ps"],
  ["openai", "ollama", "/api/ps"],
  ["openai", "llama-swap", "/running"],
  ["openai", "lm-studio", "/api/v0/models"],
  ["openai", "vllm", undefined],
  ["openai", "llama.cpp", undefined],
  ["openai", null, undefined],
  ["anthropic", null, undefined],
])("a server of type %s and software %p is asked %p", (type, engine, path) => {
  expect(loadedQuestion(type, engine)?.path).toBe(path);
});
