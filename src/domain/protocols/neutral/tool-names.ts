// Names of tools as hosted APIs take them: letters, digits, `_` and `-`, and not too many.
import { hashText } from "../../bytes/hash-text.ts";
import type { ConversationRequest } from "./request.ts";

export interface ToolNames {
  /** A tool's name for the server. */
  theirs(name: string): string;
  /** The client's names of tools that are called otherwise, by that; undefined: none is. */
  readonly renamed: ReadonlyMap<string, string> | undefined;
}

/**
 * @param names those of the tools that the server shall know by others where it has to
 * @param longest characters of a name that the server takes
 */
export function createToolNames(names: readonly string[], longest: number): ToolNames {
  const isTaken = (name: string) => name.length <= longest && /^[a-zA-Z0-9_-]+$/.test(name);
  const odd = names.filter((name) => !isTaken(name));

  /** What can be kept of it, and a hash by which it differs from others. */
  function shortened(name: string): string {
    const hash = `_${hashText(name)}`;
    return name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, longest - hash.length) + hash;
  }

  return {
    theirs: (name) => (odd.length === 0 || isTaken(name) ? name : shortened(name)),
    renamed: odd.length === 0 ? undefined : new Map(odd.map((name) => [shortened(name), name])),
  };
}

/** The names of all tools that a request speaks of. */
export function namesIn({ messages, tools }: ConversationRequest): readonly string[] {
  const listed = tools?.list.map(({ name }) => name) ?? [];
  return [...listed, ...calledNames(messages)];
}

/** The names of tools that were called. */
export function calledNames(messages: ConversationRequest["messages"]): readonly string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "call" ? [part.name] : [])),
  );
}
