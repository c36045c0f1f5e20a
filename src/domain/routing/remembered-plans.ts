// Plans remembered by model, wherever nothing else about a call decides.
import type { DiscoverySnapshot } from "./discovery.ts";
import { planRoute, type RoutePlan } from "./plan.ts";
import { requestedThinking } from "./policy.ts";
import type { RouteQuestion } from "./route-question.ts";
import type { Routing } from "./types.ts";

const maxPlans = 500;
/** Characters; a longer name is anybody's text, and not worth the memory. */
const maxName = 256;

/**
 * As `planRoute`, which decides again where the routing or what is known of models has been
 * replaced, and for every call of which more than its model counts. Plans may be shared by calls.
 */
export function rememberedPlans(): typeof planRoute {
  const plans = new Map<string | null, RoutePlan>();
  let routing: Routing | null = null;
  let discovery: DiscoverySnapshot | null = null;
  let modelDecides = false;

  return (question, routingNow, discoveryNow) => {
    if (routing !== routingNow || discovery !== discoveryNow) {
      if (routing !== routingNow) modelDecides = !routingNow.rules.some(asksMore);
      routing = routingNow;
      discovery = discoveryNow;
      plans.clear();
    }
    if (!modelDecides || !isPlain(question)) return planRoute(question, routingNow, discoveryNow);
    const known = plans.get(question.model);
    if (known !== undefined) return known;
    const plan = planRoute(question, routingNow, discoveryNow);
    // All at once: which ones are asked for again shows soon enough.
    if (plans.size >= maxPlans) plans.clear();
    plans.set(question.model, plan);
    return plan;
  };
}

/** Whether a rule looks at more of a call than its model. */
function asksMore({ match }: Routing["rules"][number]): boolean {
  return (
    match.path !== null ||
    match.user !== null ||
    match.sourceHost !== null ||
    match.headers.length > 0
  );
}

/** Whether a call sets no policy of its own, and its model's name is of the length that names have. */
function isPlain({ model, headers }: RouteQuestion): boolean {
  const asked = requestedThinking(headers);
  return (
    (model === null || model.length <= maxName) && ("badValue" in asked || asked.mode === null)
  );
}
