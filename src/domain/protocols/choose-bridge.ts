// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { ProtocolName } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Target } from "../routing/plan.ts";
import type { ServerType } from "../routing/types.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import { protocols } from "./protocol.ts";
import { translatedBridge } from "./translated-bridge.ts";

/** What a server is asked in by clients of other protocols. */
const speaks: Record<ServerType, ProtocolName> = { openai: "openai-chat", ollama: "ollama" };

/**
 * The bridge of a call to one of its targets.
 * @param now epoch ms
 */
export function bridgeFor(call: IncomingCall, target: Target, now: () => number): Bridge {
  const theirs = speaks[target.server.type];
  const { client } = protocols[call.endpoint.protocol];
  const { upstream } = protocols[theirs];
  if (client === null || upstream === null || theirs === call.endpoint.protocol)
    return nativeBridge(call, target);
  const asked = client.call(call.endpoint);
  return asked === null
    ? nativeBridge(call, target)
    : translatedBridge(call, { client, asked, upstream }, target, now);
}
