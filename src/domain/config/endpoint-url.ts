// URLs that name one call of an API where its base URL is wanted: the commonest slip in a server's `url`.
import { onlyOllamasPaths } from "../protocols/ollama/endpoints.ts";
import { protocols } from "../protocols/protocol.ts";
import type { ServerType } from "../routing/types.ts";

const v1 = "/v1";

/** OpenAI's and Anthropic's paths as they stand below `/v1`; the longer of two that end alike first. */
const belowV1: readonly string[] = [
  ...protocols["openai-chat"].endpoints,
  ...protocols["openai-responses"].endpoints,
  ...protocols["anthropic-messages"].endpoints,
].map(({ path }) => (path.startsWith(`${v1}/`) ? path.slice(v1.length) : path));

const ollamas: readonly string[] = protocols.ollama.endpoints.map(({ path }) => path);

const endings: Readonly<Record<ServerType, readonly string[]>> = {
  openai: [...belowV1, ...onlyOllamasPaths],
  anthropic: [...belowV1, ...onlyOllamasPaths],
  // All of its calls begin with the last.
  ollama: [...ollamas, ...belowV1, "/api"],
};

/**
 * The call that a URL's path ends in; null where it is a base.
 * @param path without a trailing slash
 */
export function endpointIn(path: string, type: ServerType): string | null {
  return endings[type].find((ending) => path.endsWith(ending)) ?? null;
}
