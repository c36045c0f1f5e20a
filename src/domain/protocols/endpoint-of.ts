// Resolves a call's method and path, from every protocol's own rows.
import { endpoint, type Endpoint, type EndpointRow } from "../call/endpoint.ts";
import { otherMessages } from "./anthropic-messages/endpoints.ts";
import { blob, blobPrefix } from "./ollama/endpoints.ts";
import { otherOpenAi } from "./openai-chat/endpoints.ts";
import { protocols } from "./protocol.ts";

/** What a path resolves to, by method. */
interface ByMethod {
  readonly post: Endpoint;
  readonly others: Endpoint;
}

/** Only a POST has to bring JSON. */
function byMethod(post: Endpoint): ByMethod {
  return { post, others: { ...post, takesJson: false } };
}

function mapOf(rows: readonly EndpointRow[]): ReadonlyMap<string, ByMethod> {
  return new Map(rows.map((row) => [row.path, byMethod(row.endpoint)]));
}

const openAi = mapOf([
  ...protocols["openai-chat"].endpoints,
  ...protocols["openai-responses"].endpoints,
]);
const anthropic = mapOf(protocols["anthropic-messages"].endpoints);
const ollama = mapOf(protocols.ollama.endpoints);

const elsewhere = byMethod(endpoint("openai-chat", "elsewhere"));
const otherOfOpenAi = byMethod(otherOpenAi);
const otherOfAnthropic = byMethod(otherMessages);
const blobs = byMethod(blob);

const openAiPrefix = "/v1";
const anthropicPrefix = "/v1/messages/";

/**
 * What a call's method and path stand for.
 * @param path in its plain form, with or without its query
 */
export function endpointOf(method: string, path: string): Endpoint {
  const query = path.indexOf("?");
  const found = byPath(query < 0 ? path : path.slice(0, query));
  return method === "POST" ? found.post : found.others;
}

function byPath(path: string): ByMethod {
  if (path.startsWith("/v1/")) {
    const own = anthropic.get(path);
    if (own !== undefined) return own;
    if (path.startsWith(anthropicPrefix)) return otherOfAnthropic;
    const last = path.lastIndexOf("/");
    const pair = path.slice(path.lastIndexOf("/", last - 1));
    return openAi.get(pair) ?? openAi.get(path.slice(last)) ?? otherOfOpenAi;
  }
  if (path === openAiPrefix) return otherOfOpenAi;
  return ollama.get(path) ?? (path.startsWith(blobPrefix) ? blobs : elsewhere);
}
