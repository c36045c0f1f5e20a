// What the gatekeeper has to know of this machine: its addresses, and the names it goes by.
import { hostname, networkInterfaces } from "node:os";
import type { Settings } from "../../domain/config/settings.ts";
import type { CrossSitePolicy } from "../../domain/security/cross-site.ts";
import { isLoopback } from "../../domain/security/hosts.ts";
import { plainAddress } from "./request-facts.ts";

/**
 * Whether a connection was opened on this machine, by whichever of its addresses.
 * @param address who opened the connection; an empty one is nobody's
 */
export function isThisMachine(address: string): boolean {
  if (isLoopback(address)) return true;
  // Asked anew each time: addresses come and go, and few requests come this far.
  return Object.values(networkInterfaces()).some((own) =>
    own?.some((one) => plainAddress(one.address) === address),
  );
}

/** The rules for web pages and names, from the settings and the machine. */
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
