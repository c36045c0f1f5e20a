// Names of tools as OpenAI's API takes them: 64 letters, digits, `_` and `-`.
import type { RequestTools } from "../neutral/request.ts";

export interface ToolNames {
  /** A tool's name for the server. */
  theirs(name: string): string;
  /** The client's names of tools that are called otherwise, by that; undefined: none is. */
  readonly renamed: ReadonlyMap<string, string> | undefined;
}

/** @param tools those written in the form of Chat Completions keep their names */
export function createToolNames(tools: RequestTools | null): ToolNames {
  const odd = tools?.asChat === null ? tools.list.filter(({ name }) => !isTaken(name)) : [];
  return {
    theirs: (name) => (odd.length === 0 || isTaken(name) ? name : shortened(name)),
    renamed: odd.length === 0 ? undefined : new Map(odd.map(({ name }) => [shortened(name), name])),
  };
}

const longest = 64;

function isTaken(name: string): boolean {
  return name.length <= longest && /^[a-zA-Z0-9_-]+$/.test(name);
}

/** What can be kept of it, and a hash by which it differs from others; always the same for a name. */
function shortened(name: string): string {
  const hash = `_${hashOf(name)}`;
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, longest - hash.length) + hash;
}

/** FNV-1a, 32 bits in hex. */
function hashOf(name: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++)
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
