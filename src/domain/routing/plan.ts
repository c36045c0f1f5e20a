// Where a call goes: an ordered list of targets and the reason in words. Pure; `smolrouter explain` calls the same function.
import { namedCandidates, plain, remainingCandidates } from "./candidates.ts";
import type { Candidate, Candidates } from "./candidates.ts";
import type { DiscoverySnapshot } from "./discovery.ts";
import { latestSaid, nameAt, spellingsOf } from "./latest.ts";
import { ruleMatches } from "./match-rule.ts";
import { applyModelMap } from "./model-map.ts";
import { effectivePolicy, requestedThinking } from "./policy.ts";
import type { RouteQuestion } from "./route-question.ts";
import type { Balance, NonEmpty, Policy, Routing, Rule, Server } from "./types.ts";

/** One upstream and the model name it is sent. */
export interface Target {
  readonly server: Server;
  /** null: the body names no model and none is put there. */
  readonly model: string | null;
  /** As in `AliasInstance`. */
  readonly weight: number;
  readonly policy: Policy;
}

export interface RoutePlan {
  /** As written. */
  readonly targets: NonEmpty<Target>;
  /** In which order they are asked. */
  readonly balance: Balance;
  /** As in the log: `alias:NAME`, `rule:N`, `direct`, `discovered`, `default`, `rule:N>…`. */
  readonly route: string;
  /** The steps of the decision, a sentence each. */
  readonly because: readonly string[];
}

/**
 * Decides where a call goes: MODEL_MAP, then alias, a server addressed directly, the rules,
 * discovery, the default upstream. Calls nothing and always finds a target. A name
 * with the tag `latest` is looked up as it is first; every later look-up takes either spelling.
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
  const { names, named } = lookUp(question.model, routing, discovery, because);
  const settle = (candidates: Candidates, rule: Rule | null): RoutePlan => {
    because.push(...candidates.because);
    return {
      targets: targetsOf(candidates.list, rule, question, routing),
      balance: candidates.balance,
      route: rule === null ? candidates.route : `rule:${rule.number}>${candidates.route}`,
      because,
    };
  };

  if (named !== null) return settle(named, null);

  const decided = firstRule(question, names, routing);
  if (decided === null) return settle(remainingCandidates(names, routing, discovery), null);

  const { rule, name } = decided;
  const [full = name] = names;
  if (full !== null && name !== full) because.push(latestSaid(full));
  because.push(rule.says);
  if (rule.server === null) {
    const renamed = namedBySpelling(rule.model, routing, discovery, because);
    return settle(
      renamed ?? remainingCandidates(spellingsOf(rule.model), routing, discovery),
      rule,
    );
  }
  const own = name === null ? null : nameAt(rule.server, name, discovery);
  const sent = own === null ? null : (rule.model ?? own);
  return {
    targets: targetsOf([plain(rule.server, sent)], rule, question, routing),
    balance: "order",
    route: `rule:${rule.number}`,
    because,
  };
}

/** What a name comes to by MODEL_MAP, aliases and direct addresses. */
interface LookedUp {
  /** Under which rules and discovery look it up, in order; none where the request names no model. */
  readonly names: Names;
  /** null: rules, discovery and the default upstream decide. */
  readonly named: Candidates | null;
}

type Names = NonEmpty<string> | readonly [];

function lookUp(
  model: string | null,
  routing: Routing,
  discovery: DiscoverySnapshot,
  because: string[],
): LookedUp {
  if (model === null) {
    because.push("the request names no model");
    return { names: [], named: null };
  }
  const spellings = spellingsOf(model);
  for (const spelling of spellings) {
    const mapped = applyModelMap(routing.modelMap, spelling);
    const named = mapped === null ? namedCandidates(spelling, routing, discovery) : null;
    if (mapped === null && named === null) continue;
    if (spelling !== model) because.push(latestSaid(model));
    if (mapped === null) return { names: [spelling], named };
    because.push(`MODEL_MAP renamed ${spelling} to ${mapped}`);
    return {
      names: spellingsOf(mapped),
      named: namedBySpelling(mapped, routing, discovery, because),
    };
  }
  return { names: spellings, named: null };
}

function namedBySpelling(
  model: string,
  routing: Routing,
  discovery: DiscoverySnapshot,
  because: string[],
): Candidates | null {
  for (const spelling of spellingsOf(model)) {
    const named = namedCandidates(spelling, routing, discovery);
    if (named === null) continue;
    if (spelling !== model) because.push(latestSaid(model));
    return named;
  }
  return null;
}

/** @returns the first rule that holds for the call under any of its names, and the name it holds for */
function firstRule(
  question: RouteQuestion,
  names: Names,
  routing: Routing,
): { readonly rule: Rule; readonly name: string | null } | null {
  for (const rule of routing.rules) {
    if (names.length === 0) {
      if (rule.server !== null && ruleMatches(rule.match, question, null))
        return { rule, name: null };
      continue;
    }
    for (const name of names) if (ruleMatches(rule.match, question, name)) return { rule, name };
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
  const target = ({ server, model, weight, levels }: Candidate): Target => ({
    server,
    model,
    weight,
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
