// What servers have shown not to speak, by their address: remembered for a while, as they are updated.
import type { ProtocolName } from "../../../domain/call/endpoint.ts";
import type { SpokenShown } from "../../../domain/protocols/choose-way.ts";
import { isSpokenInPart } from "../../../domain/protocols/spoken.ts";
import type { Engine } from "../../../domain/routing/engine.ts";
import type { Clock } from "../../../ports/clock.ts";

/** A protocol, or the one call of a protocol that many servers lack. */
type Spoken = ProtocolName | "count-tokens";

export interface SpokenBoard extends SpokenShown {
  /** Whether a server has shown lately that it does not speak a protocol. */
  isUnspoken(baseUrl: string, protocol: Spoken): boolean;
  /** It has answered a call in the protocol as what it does not know. */
  refused(baseUrl: string, protocol: Spoken): void;
}

const rememberedMs = 10 * 60_000;

/** @param engine of a server, by its name */
export function createSpokenBoard(
  clock: Pick<Clock, "now">,
  engine: (serverName: string) => Engine | null,
): SpokenBoard {
  // By address and protocol; few servers are asked for what they do not speak.
  const until = new Map<string, number>();
  const keyOf = (baseUrl: string, protocol: Spoken) => `${protocol} ${baseUrl}`;
  return {
    isUnspoken(baseUrl, protocol) {
      if (until.size === 0) return false;
      const key = keyOf(baseUrl, protocol);
      const known = until.get(key);
      if (known === undefined || known > clock.now()) return known !== undefined;
      until.delete(key);
      return false;
    },
    isPartial: (serverName, protocol) => isSpokenInPart(protocol, engine(serverName)),
    refused(baseUrl, protocol) {
      until.set(keyOf(baseUrl, protocol), clock.now() + rememberedMs);
    },
  };
}
