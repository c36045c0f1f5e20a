// What the router that runs here knows of its servers, asked by commands of the same configuration.
import { systemClock } from "../../adapters/clock/system-clock.ts";
import { createTokens } from "../../adapters/tokens/jwt-tokens.ts";
import { isRecord, parseJsonBytes } from "../../domain/bytes/json.ts";
import type { Settings } from "../../domain/config/settings.ts";
import type { UpstreamState, Upstreams } from "../../ports/browse.ts";

export type RouterSays =
  | { readonly kind: "knows"; readonly url: string; readonly upstreams: readonly UpstreamState[] }
  /** In words. */
  | { readonly kind: "unknown"; readonly why: string };

export type AskRouter = (
  settings: Pick<Settings, "listen" | "jwtSecret" | "logging">,
) => Promise<RouterSays>;

/** ms; a router on this machine answers at once or not at all. */
const patienceMs = 1_000;
const tokenMs = 60_000;

/** Asks where the configuration says that the router listens. Never rejects. */
export const askRunningRouter: AskRouter = async ({ listen, jwtSecret, logging }) => {
  if (!logging) return { kind: "unknown", why: "ENABLE_LOGGING=false leaves no API to ask" };
  const url = `http://${reachable(listen.host)}:${listen.port}`;
  try {
    const headers: Record<string, string> = {};
    if (jwtSecret !== null) {
      const token = await createTokens(jwtSecret, systemClock).sign("smolrouter-explain", tokenMs);
      headers["authorization"] = `Bearer ${token}`;
    }
    const response = await fetch(`${url}/api/upstreams`, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
      proxy: false,
    } as RequestInit);
    if (response.status !== 200)
      return { kind: "unknown", why: `what listens at ${url} answers ${response.status}` };
    const body = parseJsonBytes(await response.bytes());
    return isUpstreams(body)
      ? { kind: "knows", url, upstreams: body.upstreams.map((one) => ({ ...unsaid, ...one })) }
      : { kind: "unknown", why: `what listens at ${url} is not this router` };
  } catch {
    return { kind: "unknown", why: `no router answers at ${url}` };
  }
};

/** An address that stands for all of this machine's cannot be asked everywhere. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** What an earlier version does not say. */
const unsaid = { turn: 0, loaded: null, loaded_fetched_at: null };

function isUpstreams(body: unknown): body is Upstreams {
  if (!isRecord(body) || !Array.isArray(body["upstreams"])) return false;
  return (body["upstreams"] as unknown[]).every(
    (one) =>
      isRecord(one) &&
      typeof one["name"] === "string" &&
      typeof one["url"] === "string" &&
      typeof one["state"] === "string" &&
      Array.isArray(one["models"]),
  );
}
