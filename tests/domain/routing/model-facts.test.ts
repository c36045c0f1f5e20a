// What the lists of servers say of their models, as Ollama's clients get it.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import { type KnownLists, readModelList } from "../../../src/domain/routing/model-list.ts";
import {
  ollamaTags,
  planFor,
  plainDescription,
} from "../../../src/domain/protocols/ollama/catalog.ts";
import { emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { routingOf } from "../../lab/routing-of.ts";

const undated = Date.UTC(2026, 8, 1);
const routing = routingOf(`
servers:
  box: "http://box:8000"
  oll: { url: "http://oll:11434", type: ollama }
aliases:
  mine: { instances: ["box/m"] }
  theirs: { instances: ["oll/m"] }
`);

function lists(list: JsonRecord, server = "box"): KnownLists {
  return new Map([[server, readModelList(new TextEncoder().encode(JSON.stringify(list)))!]]);
}

function described(list: JsonRecord, name = "mine"): JsonRecord {
  const [target] = planFor(name, routing, emptyDiscovery).targets;
  return plainDescription(target, lists(list), undated);
}

const listOf = (entry: JsonRecord): JsonRecord => ({
  object: "list",
  data: [{ id: "m", object: "model", ...entry }],
});

const servers: readonly [string, JsonRecord, readonly string[], JsonRecord][] = [
  ["a server that says nothing", listOf({}), [], { "general.architecture": "unknown" }],
  [
    "vLLM",
    listOf({ created: 1_790_000_000, max_model_len: 32_768 }),
    [],
    { "general.architecture": "unknown", "unknown.context_length": 32_768 },
  ],
  [
    "llama.cpp with a picture model",
    {
      models: [{ name: "m", model: "m", capabilities: ["completion", "multimodal"] }],
      ...listOf({ meta: { n_ctx_train: 131_072, n_ctx: 8_192, n_params: 8_000_000_000 } }),
    },
    ["vision"],
    {
      "general.architecture": "unknown",
      "general.parameter_count": 8_000_000_000,
      "unknown.context_length": 8_192,
    },
  ],
  [
    "LM Studio's own list",
    listOf({ type: "vlm", arch: "qwen2_vl", max_context_length: 32_768 }),
    ["vision"],
    { "general.architecture": "qwen2_vl", "qwen2_vl.context_length": 32_768 },
  ],
  [
    "LM Studio's newer list",
    listOf({
      architecture: "gemma3",
      max_context_length: 131_072,
      capabilities: { vision: true, trained_for_tool_use: false, reasoning: { default: "on" } },
    }),
    ["vision", "thinking"],
    { "general.architecture": "gemma3", "gemma3.context_length": 131_072 },
  ],
  [
    "OpenRouter",
    listOf({
      context_length: 1_048_576,
      top_provider: { context_length: 200_000 },
      architecture: { input_modalities: ["text", "image"], tokenizer: "Claude" },
      supported_parameters: ["tools", "reasoning", "temperature"],
    }),
    ["vision", "thinking"],
    { "general.architecture": "unknown", "unknown.context_length": 200_000 },
  ],
  [
    "Mistral",
    listOf({ max_context_length: 32_768, capabilities: { vision: false, function_calling: true } }),
    [],
    { "general.architecture": "unknown", "unknown.context_length": 32_768 },
  ],
  [
    "nonsense",
    listOf({ max_model_len: "8k", meta: 1, capabilities: "all", created: 1e15, architecture: [] }),
    [],
    { "general.architecture": "unknown" },
  ],
];

describe("a model of a /v1 server completes, calls tools, and does what its list says", () => {
  test.each(servers)("%s", (_, list, more, info) => {
    expect(described(list)).toMatchObject({
      capabilities: ["completion", "tools", ...more],
      model_info: info,
      details: { family: "", families: null },
    });
  });

  test("but for one that makes vectors", () => {
    expect(described(listOf({ type: "embeddings" }))["capabilities"]).toEqual(["embedding"]);
  });

  test("of an Ollama server only that server knows", () => {
    expect(described({ models: [{ name: "m" }] }, "theirs")["capabilities"]).toEqual([
      "completion",
    ]);
  });
});

const dates: readonly [string, JsonRecord, string][] = [
  ["as its server says", listOf({ created: 1_790_000_000 }), "2026-09-21T14:13:20.000Z"],
  ["as nobody says", listOf({}), "2026-09-01T00:00:00.000Z"],
  ["impossible", listOf({ created: 1e15 }), "2026-09-01T00:00:00.000Z"],
  ["of 1970", listOf({ created: 0 }), "2026-09-01T00:00:00.000Z"],
];

describe("an alias is dated like what it leads to, never 1970", () => {
  test.each(dates)("%s", (_, list, date) => {
    expect(described(list)["modified_at"]).toBe(date);
    const { models } = ollamaTags(routing, lists(list), emptyDiscovery, undated) as {
      models: readonly { name: string; modified_at: string }[];
    };
    expect(models.find(({ name }) => name === "mine")?.modified_at).toBe(date);
  });
});
