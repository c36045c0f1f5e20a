// How a call is handled, from all levels of configuration: the closest to the request wins, key by key.
import { headerValue } from "../http/headers.ts";
import type { HeaderList } from "../http/headers.ts";
import { mergedParams, noParams, type Params } from "./params.ts";
import type { Policy, PolicyOverrides, ThinkingMode } from "./types.ts";

/** What one level says, or null where it says nothing. */
export type PolicyLevel = PolicyOverrides | null;

/** A level that says nothing; recognised by identity, so that the common case copies nothing. */
export const noOverrides: PolicyOverrides = {};

/**
 * The policy in force.
 * @param base the environment's
 * @param levels what the other levels say, from the farthest from the request (the server) to the closest
 */
export function effectivePolicy(base: Policy, ...levels: readonly PolicyLevel[]): Policy {
  let policy = base;
  for (const level of levels)
    if (level !== null && level !== noOverrides)
      policy = { ...policy, ...level, params: paramsIn(policy, level) };
  return policy;
}

function paramsIn({ params: farther }: Policy, { params: closer }: PolicyOverrides): Params {
  if (closer === undefined) return farther;
  return farther === noParams ? closer : mergedParams(farther, closer);
}

const thinkingHeader = "x-smolrouter-thinking";
const thinkingModes: readonly ThinkingMode[] = ["strip", "keep", "move"];

const noWish = { mode: null } as const;

/**
 * What `X-SmolRouter-Thinking` asks for.
 * @returns the mode; null where the header is absent; the header's value where it is none of the three
 */
export function requestedThinking(
  headers: HeaderList,
): { readonly mode: ThinkingMode | null } | { readonly badValue: string } {
  const value = headerValue(headers, thinkingHeader);
  if (value === null) return noWish;
  const mode = thinkingModes.find((known) => known === value);
  return mode === undefined ? { badValue: value } : { mode };
}
