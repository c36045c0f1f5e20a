// The routing in force, replaced as a whole when the routes file changes: a call reads it once, so
// none is split; a file that is wrong changes nothing, and is reported until it is put right.
import type { RoutesSpec } from "../../../domain/config/parse-routes.ts";
import { assembleRouting, type RoutingBase } from "../../../domain/routing/assemble.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Logger } from "../../../ports/logger.ts";

export interface RoutesTrouble {
  /** What is wrong with the file, a line each. */
  readonly problems: readonly string[];
  /** Epoch ms since when the file on disk is not the one in force. */
  readonly since: number;
}

export interface LiveRouting {
  /** Read once per call. */
  current(): Routing;
  /** null: what the file says is in force. */
  trouble(): RoutesTrouble | null;
  /** What the file says now. */
  take(reading: { readonly routes: RoutesSpec } | { readonly problems: readonly string[] }): void;
}

export interface LiveRoutingDeps {
  readonly base: RoutingBase;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
  /** Called after each replacement, with what is now in force. */
  readonly adopted: (routing: Routing) => void;
}

/** @param initial what the program started with; a reload replaces what the routes file says of it */
export function createLiveRouting(
  initial: Routing,
  { base, clock, logger, adopted }: LiveRoutingDeps,
): LiveRouting {
  let routing = initial;
  let trouble: RoutesTrouble | null = null;
  return {
    current: () => routing,
    trouble: () => trouble,
    take(reading) {
      if ("problems" in reading) {
        const { problems } = reading;
        trouble = { problems, since: trouble?.since ?? clock.now() };
        for (const problem of problems) logger.error(problem);
        logger.error("the routes file is not valid: what was in force before stays in force");
        return;
      }
      trouble = null;
      routing = assembleRouting(reading.routes, base);
      const { servers, aliases, rules } = reading.routes;
      logger.info("the routes file was read again and is in force", {
        servers: servers.size,
        aliases: aliases.size,
        routes: rules.length,
      });
      adopted(routing);
    },
  };
}
