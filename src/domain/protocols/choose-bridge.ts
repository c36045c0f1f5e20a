// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { ProtocolName } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Server } from "../routing/types.ts";
import type { Target } from "../routing/plan.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import { protocols } from "./protocol.ts";
import { isCertain, speaks, translatedTo } from "./spoken.ts";
import { type CodecPair, translatedBridge } from "./translated-bridge.ts";

/** What servers have shown not to speak, whatever their configuration says. */
export interface Unspoken {
  isUnspoken(baseUrl: string, protocol: ProtocolName): boolean;
}

const nothingLearned: Unspoken = { isUnspoken: () => false };

/**
 * The bridge of a call to one of its targets.
 * @param clock gives the time in epoch ms
 */
export function bridgeFor(
  call: IncomingCall,
  target: Target,
  clock: { now(): number },
  unspoken: Unspoken = nothingLearned,
): Bridge {
  const pair = codecsFor(call, target, unspoken);
  return pair === null
    ? nativeBridge(call, target)
    : translatedBridge(call, pair, target, () => clock.now());
}

/** Whether the request's body has to be parsed for its way to a target. */
export function parsesBody(call: IncomingCall, target: Target, unspoken: Unspoken): boolean {
  return target.policy.disableThinking || codecsFor(call, target, unspoken) !== null;
}

/** Whether a call that a target was asked natively may be translated for it after all. */
export function canBeTranslated(call: IncomingCall, { server }: Target): boolean {
  return !isCertain(server, call.endpoint.protocol) && translation(call, server) !== null;
}

/** null: the server speaks what the client asks in, or nothing that the call has a counterpart in. */
function codecsFor(call: IncomingCall, { server }: Target, unspoken: Unspoken): CodecPair | null {
  const { protocol } = call.endpoint;
  if (!speaks(server, protocol)) return translation(call, server);
  const hasLearned = unspoken.isUnspoken(server.baseUrl, protocol) && !isCertain(server, protocol);
  return hasLearned ? translation(call, server) : null;
}

function translation({ endpoint }: IncomingCall, server: Server): CodecPair | null {
  const { client } = protocols[endpoint.protocol];
  const asked = client?.call(endpoint) ?? null;
  if (client === null || asked === null) return null;
  for (const theirs of translatedTo(server)) {
    const { upstream } = protocols[theirs];
    if (theirs !== endpoint.protocol && upstream !== null) return { client, asked, upstream };
  }
  return null;
}
