// Whether a rule's conditions hold for a call.
import { addressMatches } from "../net/address-matcher.ts";
import type { RouteQuestion } from "./route-question.ts";
import { anyTextMatches } from "./text-matcher.ts";
import type { RuleMatch, TextMatcher } from "./types.ts";

/**
 * All conditions must hold; a rule without conditions matches every call.
 * @param model the name after MODEL_MAP
 */
export function ruleMatches(
  match: RuleMatch,
  question: RouteQuestion,
  model: string | null,
): boolean {
  return (
    (match.model === null || anyTextMatches(match.model, model)) &&
    (match.path === null || anyTextMatches(match.path, question.path)) &&
    (match.user === null || anyTextMatches(match.user, question.user)) &&
    (match.sourceHost === null || addressMatches(match.sourceHost, question.sourceIp)) &&
    match.headers.every(({ name, values }) => headerMatches(name, values, question))
  );
}

/** A header that was sent several times matches with any of its values. */
function headerMatches(
  name: string,
  values: readonly TextMatcher[],
  question: RouteQuestion,
): boolean {
  return question.headers.some(([key, value]) => key === name && anyTextMatches(values, value));
}

/** The conditions in words. Header values are left out, for they may be secrets. */
export function describeMatch(match: RuleMatch): string {
  const conditions = [
    ...texts("model", match.model),
    ...(match.sourceHost === null ? [] : [`source_host ${match.sourceHost.text}`]),
    ...texts("path", match.path),
    ...texts("user", match.user),
    ...match.headers.map(({ name }) => `header ${name}`),
  ];
  return conditions.length === 0 ? "every request" : conditions.join(" and ");
}

function texts(key: string, matchers: readonly TextMatcher[] | null): readonly string[] {
  if (matchers === null) return [];
  return [`${key} ${matchers.map(({ text }) => text).join(" or ")}`];
}
