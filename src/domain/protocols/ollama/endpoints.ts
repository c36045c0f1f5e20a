// Ollama's calls, with the methods they are made by, and those of them that other servers have as well.
import { endpoint, type Endpoint, type EndpointRow } from "../../call/endpoint.ts";

export interface OllamaEndpointRow extends EndpointRow {
  readonly methods: readonly ("GET" | "POST" | "DELETE" | "HEAD")[];
}

/** Ollama knew a model as `name` first, and clients still say so. */
function ollama(...[kind, ...traits]: Tail<Parameters<typeof endpoint>>): Endpoint {
  return { ...endpoint("ollama", kind, ...traits), otherModelKey: "name" };
}
type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest]
  ? Rest
  : never;

export const ollamaChatEndpoint = ollama(
  "chat",
  "takes-json",
  "promises-json",
  "streams-by-default",
  "counts-tokens",
);
const embed = ollama("embed", "takes-json", "promises-json", "counts-tokens");
const management = ollama("management", "takes-json");
/** Its answer is the lines of its progress. */
const longManagement = ollama("management", "takes-json", "streams-by-default");
const list = ollama("list", "takes-json");

/** The digest of a blob follows. */
export const blobPrefix = "/api/blobs/";
export const blob = ollama("blob");

/** Whole paths; only a blob's has a part that varies. */
export const ollamaEndpoints: readonly OllamaEndpointRow[] = [
  { path: "/api/chat", methods: ["POST"], endpoint: ollamaChatEndpoint },
  {
    path: "/api/generate",
    methods: ["POST"],
    endpoint: { ...ollamaChatEndpoint, kind: "generate" },
  },
  { path: "/api/embed", methods: ["POST"], endpoint: embed },
  { path: "/api/embeddings", methods: ["POST"], endpoint: { ...embed, kind: "embeddings" } },
  {
    path: "/api/show",
    methods: ["POST"],
    endpoint: ollama("show", "takes-json", "promises-json"),
  },
  { path: "/api/tags", methods: ["GET"], endpoint: list },
  { path: "/api/ps", methods: ["GET"], endpoint: list },
  { path: "/api/version", methods: ["GET"], endpoint: list },
  { path: "/api/pull", methods: ["POST"], endpoint: longManagement },
  { path: "/api/push", methods: ["POST"], endpoint: longManagement },
  { path: "/api/create", methods: ["POST"], endpoint: longManagement },
  { path: "/api/copy", methods: ["POST"], endpoint: { ...management, otherModelKey: "source" } },
  { path: "/api/delete", methods: ["DELETE"], endpoint: management },
  { path: `${blobPrefix}:digest`, methods: ["HEAD", "POST"], endpoint: blob },
];

/** Calls that no other server has under a base URL of its own (Open WebUI's ends in `/api`). */
export const onlyOllamasPaths: readonly string[] = ["/api/generate", "/api/tags"];

/** The four calls that have a counterpart under /v1: which form a request and its answer take. */
export type OllamaKind = "chat" | "generate" | "embed" | "embeddings";

const translatable: ReadonlySet<string> = new Set<OllamaKind>([
  "chat",
  "generate",
  "embed",
  "embeddings",
]);

/** Which of the four a call is; null where it cannot be translated, or is not Ollama's. */
export function ollamaKind({ protocol, kind }: Endpoint): OllamaKind | null {
  return protocol === "ollama" && translatable.has(kind) ? (kind as OllamaKind) : null;
}
