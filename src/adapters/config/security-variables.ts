// The variables about security, read and checked.
import { parseAddressMatcher } from "../../domain/net/address-matcher.ts";
import type { TrustedProxies } from "../../domain/security/client-address.ts";
import { type AcceptedNames, parseHost } from "../../domain/security/hosts.ts";
import {
  type AllowedOrigins,
  normalOrigin,
  originPattern,
  type OriginPattern,
} from "../../domain/security/origins.ts";
import { weakSecret } from "../../domain/security/weak-secret.ts";
import type { Settings, WebUiSecurity } from "../../domain/config/settings.ts";
import type { VariableReader } from "./variable-reader.ts";

/** Every problem is reported to the reader; a secret is never shown. */
export function readSecurity(
  read: VariableReader,
): Pick<
  Settings,
  "webUiSecurity" | "jwtSecret" | "trustedProxies" | "allowedOrigins" | "allowedHosts"
> {
  // As it is: tokens made elsewhere are signed with every byte of it.
  const jwtSecret = read.raw("JWT_SECRET");
  const weak = jwtSecret === null ? null : weakSecret(jwtSecret);
  if (weak !== null) read.tell("JWT_SECRET", weak, "[hidden]");
  const webUiSecurity = read.oneOf<WebUiSecurity>("WEBUI_SECURITY", [
    "NONE",
    "AUTH_WHEN_PROXIED",
    "ALWAYS_AUTH",
  ]);
  if (webUiSecurity === "ALWAYS_AUTH" && jwtSecret === null)
    read.tell("WEBUI_SECURITY", "needs JWT_SECRET, or nobody could sign in");
  return {
    webUiSecurity,
    jwtSecret,
    trustedProxies: readProxies(read),
    allowedOrigins: readOrigins(read),
    allowedHosts: readHosts(read),
  };
}

function readProxies(read: VariableReader): TrustedProxies {
  const items = read.list("TRUSTED_PROXIES");
  if (items.length === 0) return null;
  const parsed = parseAddressMatcher(items);
  if ("matcher" in parsed) return parsed.matcher;
  read.tell("TRUSTED_PROXIES", parsed.problem);
  return null;
}

function readOrigins(read: VariableReader): AllowedOrigins {
  const origins = new Set<string>();
  const patterns: OriginPattern[] = [];
  const items = read.list("ALLOWED_ORIGINS");
  for (const item of items.filter((one) => one !== "*")) {
    const pattern = originPattern(item);
    const origin = item.includes("*") ? null : normalOrigin(item);
    if (pattern !== null) patterns.push(pattern);
    else if (origin !== null) origins.add(origin);
    else
      read.tell(
        "ALLOWED_ORIGINS",
        `${JSON.stringify(item)} is not a web origin; write scheme and host, such as https://chat.example.com, https://*.example.com or app://*`,
      );
  }
  return { all: items.includes("*"), origins, patterns };
}

function readHosts(read: VariableReader): AcceptedNames {
  const names = new Set<string>();
  for (const item of read.list("ALLOWED_HOSTS")) {
    const host = parseHost(item);
    if (host !== null && host.port === null) names.add(host.name);
    else
      read.tell(
        "ALLOWED_HOSTS",
        `${JSON.stringify(item)} is not a host name; write it without scheme and port, such as router.lan`,
      );
  }
  return names;
}
