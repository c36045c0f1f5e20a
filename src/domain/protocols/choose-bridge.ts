// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Target } from "../routing/plan.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import { protocols } from "./protocol.ts";
import { isCertain } from "./spoken.ts";
import { type CodecPair, translatedBridge, type TranslationDeps } from "./translated-bridge.ts";
import { type SpokenShown, translation, wayTo } from "./choose-way.ts";
import { callFor, newContents } from "./continued-call.ts";
import type { Way } from "../call/way.ts";

/** What bridges need to know beyond the call and its target. */
export interface BridgeDeps extends TranslationDeps {
  readonly spoken: SpokenShown;
}

/** The bridge of a call to one of its targets. */
export function bridgeFor(call: IncomingCall, target: Target, deps: BridgeDeps): Bridge {
  const way = wayOf(call, target, deps.spoken);
  const form = callFor(call, target, way);
  if (way.kind === "translated")
    return translatedBridge(form, codecsOf(call, way), target, way, deps);
  return nativeBridge(form, target, way);
}

/** How a call goes to one of its targets. */
export function wayOf(call: IncomingCall, target: Target, shown: SpokenShown): Way {
  return wayTo(newContents(call, target), target.server, shown);
}

/** Whether the request's body has to be parsed for its way to a target. */
export function parsesBody(call: IncomingCall, target: Target, shown: SpokenShown): boolean {
  if (target.policy.disableThinking) return true;
  const { kind, because } = wayOf(call, target, shown);
  return kind === "translated" || because === "contents";
}

/** Whether a call that a target was asked natively may be translated for it after all. */
export function canBeTranslated({ endpoint }: IncomingCall, { server }: Target): boolean {
  return !isCertain(server, endpoint.protocol) && translation(endpoint, server) !== null;
}

function codecsOf({ endpoint }: IncomingCall, { from, into }: Way): CodecPair {
  const { client } = protocols[from];
  const { upstream } = protocols[into];
  const asked = client?.call(endpoint) ?? null;
  if (client === null || asked === null || upstream === null)
    throw new Error(`no codecs from ${from} into ${into}`);
  return { client, asked, upstream };
}
