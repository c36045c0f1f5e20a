// Where a call goes: an ordered list of targets and the reason in words. Pure; `smolrouter explain` calls the same function.
import { namedCandidates, remainingCandidates } from "./candidates.ts";
import type { Candidate, Candidates } from "./candidates.ts";
import type { DiscoverySnapshot } from "./discovery.ts";
import { ruleMatches } from "./match-rule.ts";
import { applyModelMap } from "./model-map.ts";
import { effectivePolicy, requestedThinking } from "./policy.ts";
import type { RouteQuestion } from "./route-question.ts";
import type { NonEmpty, Policy, Routing, Rule, Server } from "./types.ts";

/** One upstream and the model name it is sent. */
export interface Target {
  readonly server: Server;
  /** null: the body names no model and none is put there. */
  readonly model: string | null;
  readonly policy: Policy;
}

export interface RoutePlan {
  readonly targets: NonEmpty<Target>;
  /** As in the log: `alias:NAME`, `rule:N`, `direct`, `discovered`, `default`, `rule:N>…`. */
  readonly route: string;
  /** The steps of the decision, a sentence each. */
  readonly because: readonly string[];
}

/**
 * Decides where a call goes: MODEL_MAP, then alias, a server addressed directly, the rules,
 * discovery, the default upstream (SPEC section 4). Calls nothing and always finds a target.
 *
 * A rule that only renames does not apply to a call that names no model: nothing is there to rename.
 * @param question its headers must have passed requestedThinking; a bad value there counts as none
 */
export function planRoute(
  question: RouteQuestion,
  routing: Routing,
  discovery: DiscoverySnapshot,
): RoutePlan {
  const because: string[] = [];
  const model = mappedModel(question.model, routing, because);
  const settle = (candidates: Candidates, rule: Rule | null): RoutePlan => {
    because.push(candidates.because);
    return {
      targets: targetsOf(candidates.list, rule, question, routing),
      route: rule === null ? candidates.route : `rule:${rule.number}>${candidates.route}`,
      because,
    };
  };

  const named = model === null ? null : namedCandidates(model, routing);
  if (named !== null) return settle(named, null);

  const rule = firstRule(question, model, routing);
  if (rule === null) return settle(remainingCandidates(model, routing, discovery), null);

  because.push(rule.says);
  if (rule.server === null)
    return settle(
      namedCandidates(rule.model, routing) ?? remainingCandidates(rule.model, routing, discovery),
      rule,
    );
  const sent = model === null ? null : (rule.model ?? model);
  return {
    targets: targetsOf([{ server: rule.server, model: sent, levels: [] }], rule, question, routing),
    route: `rule:${rule.number}`,
    because,
  };
}

function mappedModel(model: string | null, routing: Routing, because: string[]): string | null {
  if (model === null) {
    because.push("the request names no model");
    return null;
  }
  const mapped = applyModelMap(routing.modelMap, model);
  if (mapped === null) return model;
  because.push(`MODEL_MAP renamed ${model} to ${mapped}`);
  return mapped;
}

function firstRule(question: RouteQuestion, model: string | null, routing: Routing): Rule | null {
  for (const rule of routing.rules) {
    if (rule.server === null && model === null) continue;
    if (ruleMatches(rule.match, question, model)) return rule;
  }
  return null;
}

function targetsOf(
  [first, ...rest]: NonEmpty<Candidate>,
  rule: Rule | null,
  question: RouteQuestion,
  routing: Routing,
): NonEmpty<Target> {
  const asked = requestedThinking(question.headers);
  const header = "mode" in asked && asked.mode !== null ? { stripThinking: asked.mode } : null;
  const target = ({ server, model, levels }: Candidate): Target => ({
    server,
    model,
    policy: effectivePolicy(
      routing.policy,
      server.overrides,
      rule === null ? null : rule.overrides,
      ...levels,
      header,
    ),
  });
  return [target(first), ...rest.map(target)];
}
