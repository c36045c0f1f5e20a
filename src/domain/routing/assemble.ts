// The routing in force, put together from what the environment and the routes file say.
import { defaultServerName, plainServer } from "./plain-server.ts";
import type { ServerUrl } from "./upstream-url.ts";
import { serverAt } from "./server-at.ts";
import type { ModelMap, Policy, Routing } from "./types.ts";

/** What the environment says of routing; a reload of the file keeps it. */
export interface RoutingBase {
  readonly modelMap: ModelMap;
  readonly defaultUpstream: ServerUrl;
  readonly policy: Policy;
}

/** The default upstream at the address of a configured server is that server: one limit, one line, one health, one name. */
export function assembleRouting(
  routes: Pick<Routing, "servers" | "aliases" | "rules" | "prices" | "monthlyBudget">,
  { modelMap, defaultUpstream, policy }: RoutingBase,
): Routing {
  const configured = serverAt(defaultUpstream.baseUrl, routes.servers.values());
  return {
    ...routes,
    modelMap,
    policy,
    defaultServer: configured ?? plainServer(defaultServerName, defaultUpstream),
  };
}
