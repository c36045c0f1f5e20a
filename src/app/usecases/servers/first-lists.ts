// What a start-up logs about the servers: which of them do not answer, and what to do about it.
import { serversOf } from "../../../domain/routing/model-list.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { Logger } from "../../../ports/logger.ts";
import type { Models } from "./models.ts";

/**
 * Fetches every server's list and warns, in a line each, of those that cannot be reached. Never rejects.
 * @param hasRoutesFile whether servers were configured at all, or only the default upstream stands
 */
export async function tellFirstLists(
  models: Pick<Models, "refresh" | "state">,
  routing: () => Routing,
  logger: Logger,
  hasRoutesFile: boolean,
): Promise<void> {
  await models.refresh();
  const { defaultServer } = routing();
  for (const server of serversOf(routing())) {
    const { standing, error } = models.state(server.name);
    // One that lists no models is there; only calls can show whether it serves them.
    if (standing !== "unreachable" || error === null) continue;
    const what =
      server.line === null
        ? "the default upstream (DEFAULT_UPSTREAM) does not answer"
        : `server ${server.name} does not answer`;
    logger.warn(`${what}; it will be used as soon as it does`, { url: server.baseUrl, error });
    if (server === defaultServer && !hasRoutesFile)
      logger.warn(
        "there is no routes file: `smolrouter init` looks for model servers on this machine and writes one",
      );
  }
}
