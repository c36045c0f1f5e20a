// What servers have shown of themselves beside what they speak: the engine that their model list gives
// away, and what they have refused of translated requests lately, by address and model.
import type { RefusedPart } from "../../../domain/protocols/refused-part.ts";
import type { KnownOfServer, ServersKnown } from "../../../domain/protocols/server-traits.ts";
import type { Engine } from "../../../domain/routing/engine.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";

export interface KnownServers extends ServersKnown {
  /** A target has refused this. @returns false: that was known, so that leaving it out has not helped */
  refused(target: Target, part: RefusedPart): boolean;
}

interface Refusals {
  readonly parts: ReadonlySet<RefusedPart>;
  /** Epoch ms. */
  readonly until: number;
}

/** Servers are updated. */
const rememberedMs = 10 * 60_000;
/** Model names are whatever clients write: the oldest refusal goes where there are more. */
const mostModels = 1_000;
const nothing: ReadonlySet<RefusedPart> = new Set();

/** @param engine of a server, by its name */
export function createKnownServers(
  clock: Pick<Clock, "now">,
  engine: (serverName: string) => Engine | null,
): KnownServers {
  const refusals = new Map<string, Refusals>();

  function refusedBy({ server, model }: Target): ReadonlySet<RefusedPart> {
    if (refusals.size === 0) return nothing;
    const key = keyOf(server.baseUrl, model);
    const known = refusals.get(key);
    if (known === undefined) return nothing;
    if (known.until > clock.now()) return known.parts;
    refusals.delete(key);
    return nothing;
  }

  return {
    of: (target): KnownOfServer => ({
      engine: engine(target.server.name),
      refuses: refusedBy(target),
    }),
    refused(target, part) {
      const known = refusedBy(target);
      if (known.has(part)) return false;
      const until = clock.now() + rememberedMs;
      const key = keyOf(target.server.baseUrl, target.model);
      refusals.set(key, { parts: new Set([...known, part]), until });
      const [oldest] = refusals.size > mostModels ? refusals.keys() : [];
      if (oldest !== undefined) refusals.delete(oldest);
      return true;
    },
  };
}

function keyOf(baseUrl: string, model: string | null): string {
  return `${baseUrl} ${model ?? ""}`;
}
