// A wish for thinking, in the words that a Claude model has for it.
import { ownNumber, RawJson, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import type { GenerationSettings, SamplingSetting, ThinkingEffort } from "../neutral/request.ts";
import type { ClaudeTraits } from "./claude-traits.ts";

export interface WrittenThinking {
  /** The field `thinking`; undefined: none. */
  readonly thinking?: WrittenObject;
  /** Of `output_config`; undefined: none. */
  readonly effort?: string;
  /** The wish is fulfilled. */
  readonly heeded: boolean;
}

const unheeded: WrittenThinking = { heeded: false };

/**
 * @param limit tokens of an answer to whose request nobody set a limit
 * @param callsUnthought as the conversation's turns have it
 */
export function writeThinking(
  settings: GenerationSettings,
  traits: ClaudeTraits,
  limit: number,
  callsUnthought: boolean,
): WrittenThinking {
  const wish = settings.thinking?.value;
  if (wish === undefined) return unheeded;
  if (!wish.on) return withoutThinking(traits);
  if (callsUnthought && !traits.resumesUnthought)
    return { ...withoutThinking(traits), heeded: false };
  if (forbidsThinking(settings, traits)) return unheeded;
  const effort = effortOf(wish.effort, traits);
  switch (traits.thinks) {
    case "never":
      return unheeded;
    case "adaptive":
      // Newer models keep what they think to themselves unless they are asked to show it.
      return { thinking: { type: "adaptive", display: "summarized" }, ...effort, heeded: true };
    case "budget": {
      const tokens = budgetOf(wish.effort, settings.sampling, limit);
      if (tokens === null) return unheeded;
      const thinking = { type: "enabled", budget_tokens: ownNumber(tokens) };
      return { thinking, ...effort, heeded: true };
    }
  }
}

/** Models that cannot be kept from it think as little as they can. */
function withoutThinking({ thinks, pauses }: ClaudeTraits): WrittenThinking {
  if (thinks === "never") return { heeded: true };
  return pauses
    ? { thinking: { type: "disabled" }, heeded: true }
    : { effort: "low", heeded: false };
}

/** The next lower word where a model has not this one. */
const lower: Readonly<Record<ThinkingEffort, readonly ThinkingEffort[]>> = {
  minimal: ["low"],
  low: ["low"],
  medium: ["medium"],
  high: ["high"],
  xhigh: ["xhigh", "high"],
  max: ["max", "high"],
};

function effortOf(
  effort: ThinkingEffort | null,
  { efforts }: ClaudeTraits,
): Pick<WrittenThinking, "effort"> {
  const word = effort === null ? undefined : lower[effort].find((one) => efforts.has(one));
  return word === undefined ? {} : { effort: word };
}

/** Anthropic's smallest budget. */
const leastBudget = 1_024;

const budgets: Readonly<Record<ThinkingEffort, number>> = {
  minimal: leastBudget,
  low: 4_096,
  medium: 16_384,
  high: 32_768,
  xhigh: 32_768,
  max: 32_768,
};

/** Tokens to think with, and at least as many left to answer with; null: there are too few. */
function budgetOf(
  effort: ThinkingEffort | null,
  sampling: readonly SamplingSetting[],
  limit: number,
): number | null {
  const asked = sampling.find(({ name }) => name === "max_tokens");
  const most = (asked === undefined ? null : numberOf(asked.value)) ?? limit;
  const tokens = Math.min(budgets[effort ?? "medium"], Math.floor(most / 2));
  return tokens < leastBudget ? null : tokens;
}

/** Anthropic refuses to think where a tool is forced, or the sampling is another than its own. */
function forbidsThinking(
  { toolChoice, sampling }: GenerationSettings,
  { samples, forcedTools }: ClaudeTraits,
): boolean {
  const forced = toolChoice?.value.kind === "required" || toolChoice?.value.kind === "tool";
  return (forced && forcedTools) || (samples && sampling.some(isUnlikeItsOwn));
}

/** A temperature above 1 goes out as 1, which is Anthropic's own. */
function isUnlikeItsOwn({ name, value }: SamplingSetting): boolean {
  switch (name) {
    case "top_k":
      return true;
    case "temperature":
      return (numberOf(value) ?? 1) < 1;
    case "top_p":
      return (numberOf(value) ?? 1) < 0.95;
    default:
      return false;
  }
}

/** A setting's number; null where it is none. */
export function numberOf(value: Written): number | null {
  const number = value instanceof RawJson ? Number(value.text) : Number.NaN;
  return Number.isNaN(number) ? null : number;
}
