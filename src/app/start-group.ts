// The wiring of the group: this router among those that share its database.
import type { FileLook } from "../adapters/config/routes-file.ts";
import type { Logs } from "../adapters/logs/pipeline/open-logs.ts";
import { secretHash } from "../adapters/tokens/secret-hash.ts";
import type { Via } from "../domain/http/via.ts";
import type { Routing } from "../domain/routing/types.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Notice } from "../ports/notices.ts";
import { groupNotices } from "./usecases/group/group-notices.ts";
import { createGroupView, type GroupView } from "./usecases/group/group-view.ts";
import { createMembership } from "./usecases/group/membership.ts";
import { createServerShares } from "./usecases/group/server-shares.ts";
import type { Limiter } from "./usecases/servers/limiter.ts";

export interface StartedGroup extends Pick<
  GroupView,
  "self" | "routers" | "inFlight" | "withRouters" | "share" | "cancel"
> {
  /** The routes file in force is this one now. */
  routesRead(look: FileLook): void;
  notices(): readonly Notice[];
  /** Says that this router goes. Never rejects. */
  leave(): Promise<void>;
}

export interface GroupParts {
  readonly logs: Pick<Logs, "group" | "endedElsewhere">;
  readonly limiter: Limiter;
  readonly routing: () => Routing;
  readonly routesLook: FileLook;
  readonly jwtSecret: string | null;
  readonly via: Pick<Via, "joined">;
  /** Whether somebody looks at this router's events. */
  readonly watching: () => boolean;
  /** Ends a call of this router. */
  readonly cancel: (callId: string) => void;
  readonly clock: Clock;
  readonly logger: Pick<Logger, "info" | "error">;
}

export function startGroup(parts: GroupParts): StartedGroup {
  const { logs, limiter, routing, jwtSecret, via, clock, logger } = parts;
  const { group } = logs;
  const shares = createServerShares(limiter, () => routing().servers.values());
  let routesHash = hashOfFile(parts.routesLook);
  let secret: string | null = null;
  let isHashing = false;
  let known: ReadonlyMap<string, string> = new Map();

  function hashSecret(groupId: string): void {
    isHashing = true;
    secretHash(jwtSecret, groupId).then(
      (made) => {
        secret = made;
      },
      (error: unknown) => {
        logger.error(String(error));
      },
    );
  }

  const membership = createMembership({
    group,
    shares,
    clock,
    board: () => ({ routesHash, secretHash: secret, watching: parts.watching() }),
    cancel: parts.cancel,
    ended: (rows) => {
      logs.endedElsewhere(rows);
    },
    seen({ groupId, selfId, members }) {
      via.joined(groupId);
      if (!isHashing) hashSecret(groupId);
      const now = new Map(
        members.filter(({ id }) => id !== selfId).map(({ id, name }) => [id, name]),
      );
      for (const [id, name] of now)
        if (!known.has(id)) logger.info("a router of the same database is there", { router: name });
      for (const [id, name] of known)
        if (!now.has(id)) logger.info("a router of the same database is gone", { router: name });
      known = now;
    },
  });
  const view = createGroupView({ group, membership, shares, clock });
  return {
    ...view,
    routesRead(look) {
      routesHash = hashOfFile(look);
    },
    notices: () => groupNotices(membership.snapshot()),
    leave: () => membership.leave(),
  };
}

function hashOfFile(look: FileLook): string | null {
  if ("failed" in look) return null;
  return new Bun.CryptoHasher("sha256").update(look).digest("hex").slice(0, shownDigits);
}

/** Enough to tell two apart. */
const shownDigits = 12;
