// Which web pages may call: the router's own, those of this machine, desktop apps' and those that are allowed.
import {
  acceptsName,
  type AcceptedNames,
  type HostAndPort,
  isLoopback,
  parseHost,
} from "./hosts.ts";

export interface AllowedOrigins {
  /** `*`: every page's. */
  readonly all: boolean;
  /** Serialized as browsers send them, such as `https://chat.example`. */
  readonly origins: ReadonlySet<string>;
  readonly patterns: readonly OriginPattern[];
}

/** `scheme://*`: every origin of the scheme. `scheme://*.name:port`: names that end in `.name`, under this port. */
export interface OriginPattern {
  readonly scheme: string;
  /** With its leading dot; null: any name and port. */
  readonly ending: string | null;
  /** null: the scheme's own. */
  readonly port: string | null;
}

/** Desktop apps: no web page can have such an origin. */
const desktopSchemes = new Set(["app", "file", "tauri", "vscode-webview", "vscode-file"]);

const defaultPorts: Readonly<Record<string, string>> = { http: "80", https: "443" };

interface WebOrigin extends HostAndPort {
  readonly scheme: string;
}

/** Reads an `Origin` of http(s) (RFC 6454 §7); null for `null`, other schemes and what is none. */
function parseOrigin(text: string): WebOrigin | null {
  const match = /^(https?):\/\/([^/?#@]+)$/i.exec(text.trim());
  const host = parseHost(match?.[2] ?? "");
  return host === null ? null : { scheme: (match?.[1] ?? "").toLowerCase(), ...host };
}

/** An entry of ALLOWED_ORIGINS as browsers write it; null where it is not an origin. */
export function normalOrigin(text: string): string | null {
  const origin = parseOrigin(text.replace(/\/$/, ""));
  if (origin !== null) {
    const { scheme, name, port } = origin;
    const host = name.includes(":") ? `[${name}]` : name;
    const shown = port === null || port === defaultPorts[scheme] ? "" : `:${port}`;
    return `${scheme}://${host}${shown}`;
  }
  // Others have no rules that all share; what looks like http and cannot be read is none.
  return /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[^\s/,]*$/i.test(text) ? text.toLowerCase() : null;
}

/** An entry of ALLOWED_ORIGINS that stands for many; null where it is none. */
export function originPattern(text: string): OriginPattern | null {
  const match = /^([a-z][a-z\d+.-]*):\/\/\*(?:(\.[\w.-]+)(?::(\d{1,5}))?)?\/?$/i.exec(text);
  if (match === null) return null;
  const [, scheme = "", ending = null, port = null] = match;
  const usual = defaultPorts[scheme.toLowerCase()] ?? null;
  return {
    scheme: scheme.toLowerCase(),
    ending: ending?.toLowerCase() ?? null,
    port: port === usual ? null : port,
  };
}

/** @param known an origin as browsers write it */
function fits(known: string, { scheme, ending, port }: OriginPattern): boolean {
  if (!known.startsWith(`${scheme}://`)) return false;
  if (ending === null) return true;
  const [, name = "", ownPort = null] =
    /^([^:]*)(?::(\d+))?$/.exec(known.slice(scheme.length + 3)) ?? [];
  return name.length > ending.length && name.endsWith(ending) && ownPort === port;
}

/**
 * What an `Origin` is to the router. `misnamed`: it would be the router's own, but its name is
 * not one the router accepts.
 */
export type OriginStanding = "none" | "own" | "misnamed" | "allowed" | "foreign";

/**
 * Judges a request's `Origin`.
 * @param origin the header; null where there is none
 * @param host what the browser called the router by: `Host`, or what a trusted proxy says it was
 */
export function originStanding(
  origin: string | null,
  host: string | null,
  accepted: AcceptedNames,
  allowed: AllowedOrigins,
): OriginStanding {
  if (origin === null) return "none";
  const web = parseOrigin(origin);
  const same = web !== null && host !== null && isSame(web, parseHost(host));
  if (same && acceptsName(web.name, accepted)) return "own";
  if (allowed.all) return "allowed";
  const known = normalOrigin(origin);
  if (known !== null && allowed.origins.has(known)) return "allowed";
  if (known !== null && allowed.patterns.some((pattern) => fits(known, pattern))) return "allowed";
  if (web !== null && isLoopback(web.name)) return "allowed";
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(origin)?.[1]?.toLowerCase() ?? "";
  if (desktopSchemes.has(scheme)) return "allowed";
  return same ? "misnamed" : "foreign";
}

function isSame(origin: WebOrigin, host: HostAndPort | null): boolean {
  if (host === null || host.name !== origin.name) return false;
  const usual = defaultPorts[origin.scheme] ?? null;
  // Which scheme a Host without a port means only the browser knows, and it says so in its Origin.
  return (origin.port ?? usual) === (host.port ?? usual);
}
