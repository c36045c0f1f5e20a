// The tag `latest`, which Ollama's clients add to a name that has none: such a name is looked up as it is, then without.
import type { DiscoverySnapshot } from "./discovery.ts";
import type { NonEmpty, Server } from "./types.ts";

const tag = ":latest";

/** The names under which a model name is looked up, in order: as it is, then without the tag `latest`. */
export function spellingsOf(model: string): NonEmpty<string> {
  return model.endsWith(tag) && model.length > tag.length
    ? [model, model.slice(0, -tag.length)]
    : [model];
}

/** The step in a sentence, where a name decided without its tag. */
export function latestSaid(model: string): string {
  return `${model} leads nowhere, so it is tried without ${tag}`;
}

/**
 * The name that a server is sent where the client's own goes on: without the tag where the server is
 * known to list only that. Ollama's servers know both spellings.
 */
export function nameAt(server: Server, model: string, discovery: DiscoverySnapshot): string {
  const [, bare] = spellingsOf(model);
  if (bare === undefined || server.type === "ollama") return model;
  const listsOnlyBare =
    !discovery.serves(server.name, model) && discovery.serves(server.name, bare);
  return listsOnlyBare ? bare : model;
}
