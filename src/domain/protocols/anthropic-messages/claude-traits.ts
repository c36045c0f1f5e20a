// What single Claude models take of Anthropic's API, by their names: each generation refuses some of
// what the one before wanted (Anthropic's pages on thinking, effort and migration).
import type { RefusedPart } from "../refused-part.ts";
import type { ThinkingEffort } from "../neutral/request.ts";

export interface ClaudeTraits {
  /** How it is made to think: as far as it likes, within a budget of tokens, or not at all. */
  readonly thinks: "adaptive" | "budget" | "never";
  /** It can be kept from thinking. */
  readonly pauses: boolean;
  /** With thinking on, it goes on after calls without the thinking that led to them. */
  readonly resumesUnthought: boolean;
  /** The words that it has for effort; none: it has no such setting. */
  readonly efforts: ReadonlySet<ThinkingEffort>;
  /** It takes temperature, `top_p` and `top_k`. */
  readonly samples: boolean;
  /** It can be made to call a tool. */
  readonly forcedTools: boolean;
  /** It takes a schema for its answers. */
  readonly formats: boolean;
  /** It takes instructions of the system's behind a user's turn. */
  readonly inlineSystem: boolean;
}

const low = ["low", "medium", "high"] as const;
const none: ReadonlySet<ThinkingEffort> = new Set();
const upToHigh: ReadonlySet<ThinkingEffort> = new Set(low);
const upToMax: ReadonlySet<ThinkingEffort> = new Set([...low, "max"]);
const all: ReadonlySet<ThinkingEffort> = new Set([...low, "xhigh", "max"]);

/** Of models that nobody knows by name, be they Anthropic's or those of other servers that speak its API. */
const unknown: ClaudeTraits = {
  thinks: "adaptive",
  pauses: true,
  resumesUnthought: false,
  efforts: all,
  samples: true,
  forcedTools: true,
  formats: true,
  inlineSystem: false,
};

/**
 * @param model as the server calls it; null: nobody says
 * @param refuses what has turned out otherwise
 */
export function claudeTraits(
  model: string | null,
  refuses: ReadonlySet<RefusedPart> = new Set(),
): ClaudeTraits {
  const traits = traitsByName(model);
  if (refuses.size === 0) return traits;
  return {
    ...traits,
    thinks: refuses.has("thinking")
      ? traits.thinks === "adaptive"
        ? "budget"
        : "never"
      : traits.thinks,
    efforts: refuses.has("effort") ? none : traits.efforts,
    samples: traits.samples && !["temperature", "top_p", "top_k"].some((name) => refuses.has(name)),
    inlineSystem: traits.inlineSystem && !refuses.has("role: system"),
  };
}

function traitsByName(model: string | null): ClaudeTraits {
  const name = model ?? "";
  const named = nameOf(name);
  if (named === null) return unknown;
  const { family, version } = named;
  const alwaysThinks = family === "fable" || (family !== "haiku" && version >= 5.5);
  return {
    thinks: version >= 4.6 ? "adaptive" : version >= 3.7 ? "budget" : "never",
    pauses: !alwaysThinks,
    resumesUnthought: version >= 4.6,
    efforts: effortsOf(family, version),
    samples: version < 4.7,
    forcedTools: !alwaysThinks || version < 5.1,
    formats: version >= 4.1,
    // Where it goes by a longer name it is served by others, who do not.
    inlineSystem:
      name.startsWith("claude-") && version >= 4.8 && !(family === "sonnet" && version < 5.1),
  };
}

function effortsOf(family: string, version: number): ReadonlySet<ThinkingEffort> {
  if (version >= 4.7) return all;
  if (version >= 4.6) return upToMax;
  return family === "opus" && version >= 4.5 ? upToHigh : none;
}

/** `claude-opus-4-8`, `claude-opus-4-20250514`, `claude-3-7-sonnet-latest`, `anthropic/claude-opus-4.7`. */
const newer = /claude-(opus|sonnet|haiku|fable|mythos)-(\d)(?:[-.](\d))?(?!\d)/;
const older = /claude-(\d)(?:[-.](\d))?-(opus|sonnet|haiku)/;

function nameOf(model: string): { readonly family: string; readonly version: number } | null {
  const [, family, major, minor] = newer.exec(model) ?? [];
  if (family !== undefined) return { family, version: versionOf(major, minor) };
  const [, first, second, kind] = older.exec(model) ?? [];
  return kind === undefined ? null : { family: kind, version: versionOf(first, second) };
}

function versionOf(major = "0", minor = "0"): number {
  return Number(`${major}.${minor}`);
}
