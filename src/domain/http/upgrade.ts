// What a request to change the connection's protocol comes to: nothing, unless a WebSocket is asked for.
import type { Endpoint } from "../call/endpoint.ts";
import { type HeaderList, headerValue } from "./headers.ts";
import { problem, type RequestProblem } from "./problem.ts";

/** For the Responses: agents try a WebSocket first there, and go on with HTTP at once after a 426. */
const useHttp = problem("upgrade_required", "there are no WebSockets here; use plain HTTP");
const noWebSocket = problem("upgrade_unsupported", "there are no WebSockets here; use plain HTTP");

/**
 * Why a request that wants to speak WebSocket from here on gets no answer; null for every other.
 * Any other `Upgrade` may be ignored (RFC 9110 §7.8), and must be: Java's client offers `h2c` with
 * its first request on every connection.
 */
export function webSocketProblem(headers: HeaderList, { kind }: Endpoint): RequestProblem | null {
  const upgrade = headerValue(headers, "upgrade");
  if (upgrade === null || !namesWebSocket(upgrade)) return null;
  return kind === "responses" ? useHttp : noWebSocket;
}

/** A list of protocols, each perhaps with a version. */
function namesWebSocket(upgrade: string): boolean {
  return upgrade.split(",").some((item) => /^\s*websocket\s*(?:\/|$)/i.test(item));
}
