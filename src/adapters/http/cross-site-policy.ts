// The rules for web pages and names, from the settings and the machine.
import { hostname } from "node:os";
import type { CrossSitePolicy } from "../../domain/security/cross-site.ts";
import { isLoopback } from "../../domain/security/hosts.ts";
import type { Settings } from "../../domain/config/settings.ts";

export function crossSitePolicy(settings: Settings): CrossSitePolicy {
  const { listen, trustedProxies, allowedOrigins, allowedHosts, webUiSecurity } = settings;
  const own = [hostname(), listen.host].map((name) => name.toLowerCase());
  return {
    trustedProxies,
    allowedOrigins,
    acceptedNames: new Set([...own, ...allowedHosts]),
    // Others than this machine's own programs reach it under names that only its network knows, and
    // where every request needs a token a page that took over a name has nothing to show.
    checksHost: isLoopback(listen.host) && webUiSecurity !== "ALWAYS_AUTH",
  };
}
