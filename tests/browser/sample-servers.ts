// The servers behind the sample log, as the router knows them, and the routes file that names them.
import type { UpstreamState } from "../../src/ports/browse.ts";
import type { Routing } from "../../src/domain/routing/types.ts";
import { routingOf } from "../lab/routing-of.ts";
import { sampleUpstream } from "../adapters/pages/sample.ts";

const listed = "2026-03-12T16:42:18.000Z";

export const sampleUpstreams: readonly UpstreamState[] = [
  sampleUpstream({
    name: "hosted",
    url: "https://api.example.com",
    active: 4,
    waiting: 1,
    max_concurrency: 4,
    models: ["big-coder", "big-coder-mini", "gpt-4o-2024-11-20", "claude-3-opus"],
    models_fetched_at: listed,
  }),
  sampleUpstream({
    name: "gpu-server",
    url: "http://gpu-server:8000",
    active: 1,
    max_concurrency: 1,
    max_queue: 20,
    failures: 1,
    last_error: "no byte from the upstream for 120 s",
    models: ["codellama-34b", "mixtral-8x22b", "qwen2.5-coder-1.5b"],
    models_fetched_at: listed,
    loaded: [{ name: "codellama-34b", state: "loading", size: null, until: null }],
    loaded_fetched_at: listed,
  }),
  sampleUpstream({
    name: "ollama-box",
    url: "http://192.168.1.101:11434",
    type: "ollama",
    protocols: [
      { protocol: "chat", way: "native", reason: "type" },
      { protocol: "responses", way: "responses>ollama", reason: "type" },
      { protocol: "messages", way: "messages>ollama", reason: "type" },
      { protocol: "ollama", way: "native", reason: "type" },
    ],
    active: 1,
    models: ["llama3.2:3b", "nomic-embed-text", "qwen3:8b", "smollm2:1.7b"],
    models_fetched_at: listed,
    loaded: [
      {
        name: "llama3.2:3b",
        state: "loaded",
        size: 3_461_349_376,
        until: "2026-03-12T16:46:51.000Z",
      },
      { name: "nomic-embed-text:latest", state: "loaded", size: 569_377_792, until: null },
    ],
    loadable: ["llama3.2:3b", "nomic-embed-text", "qwen3:8b", "smollm2:1.7b"],
    wishes: [
      { model: "qwen3:8b", wish: "load", since: "2026-03-12T16:42:05.000Z", error: null },
      {
        model: "smollm2:1.7b",
        wish: "load",
        since: "2026-03-12T16:40:05.000Z",
        error: "status 500: model requires more system memory (9.1 GiB) than is available",
      },
    ],
    loaded_fetched_at: listed,
  }),
  sampleUpstream({
    name: "fast-box",
    state: "resting",
    failures: 5,
    last_error: "connection refused",
    rests_until: "2026-03-12T16:42:44.000Z",
    models_fetched_at: "2026-03-12T15:58:02.000Z",
    models_state: "unreachable",
    models_error: "connection refused",
  }),
  sampleUpstream({
    name: "default",
    url: "http://localhost:8000",
    models: ["whisper-1"],
    models_fetched_at: listed,
  }),
];

const sampleRoutes = `# tests/browser/sample-servers.ts
servers:
  hosted:
    url: https://api.example.com/v1
    api_key: "\${HOSTED_KEY}"
    max_concurrency: 4
    retries: 1
  gpu-server: { url: "http://gpu-server:8000", max_concurrency: 1, max_queue: 20 }
  ollama-box: "http://192.168.1.101:11434"
  fast-box: "http://192.168.1.100:8000"

aliases:
  coding-assistant:
    commit: full
    balance: spread
    instances:
      - { server: hosted, model: big-coder, weight: 2 }
      - gpu-server/codellama-34b
  git-commit-model:
    balance: warm
    instances: ["fast-box/llama3-8b", "ollama-box/llama3.2:3b"]
  big:
    instances: ["gpu-server/llama3-70b"]

routes:
  - match: { model: "/-1.5b$/" }
    route: { upstream: gpu-server }
  - match: { source_host: "10.0.1.0/24", model: ["llama3-70b", "/llama3-70b-instruct/"] }
    route: { model: big }
  - match: { model: gpt-4, user: mara }
    route: { upstream: hosted, model: claude-3-opus, strip_thinking: move }
`;

export function sampleRouting(): Routing {
  return routingOf(sampleRoutes, {
    env: { HOSTED_KEY: "sample" },
    modelMap: { "gpt-3.5-turbo": "coding-assistant" },
  });
}
