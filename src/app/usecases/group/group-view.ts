// What API and pages show of the group: its routers, what they are answering, and which of them has
// answered what. Alone, a router shows none of it.
import type {
  InFlightCall,
  LogRow,
  RouterDifference,
  RouterName,
  RouterState,
} from "../../../ports/browse.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallElsewhere, Group, Member } from "../../../ports/group.ts";
import { isoTime } from "../../../domain/log/log-entry.ts";
import { orAfter } from "../or-after.ts";
import type { Membership } from "./membership.ts";
import type { ServerShares } from "./server-shares.ts";

export interface GroupView {
  /** This router; null where it is alone. */
  self(): RouterName | null;
  /** By name; empty where this router is alone. */
  routers(): readonly RouterState[];
  /** Calls that other routers are answering. Never rejects. */
  inFlight(): Promise<readonly InFlightCall[]>;
  /** The rows, each with its router where there are several. Never rejects. */
  withRouters<Row extends LogRow>(rows: readonly Row[]): Promise<readonly Row[]>;
  /** Of a server's limit; null where this router is alone, or the server has none. */
  share(serverName: string): number | null;
  /** Ends a call wherever it is answered; false where no router answers it. Rejects where they cannot be asked. */
  cancel(callId: string): Promise<boolean>;
}

export interface GroupViewDeps {
  readonly group: Pick<Group, "inFlight" | "routersOf" | "cancel">;
  readonly membership: Pick<Membership, "snapshot" | "others">;
  readonly shares: Pick<ServerShares, "of">;
  readonly clock: Pick<Clock, "now" | "after">;
}

/** ms that a page waits for what others are answering. */
const patienceMs = 1_000;

export function createGroupView({ group, membership, shares, clock }: GroupViewDeps): GroupView {
  function own(): Member | null {
    const read = membership.snapshot();
    return read?.members.find(({ id }) => id === read.selfId) ?? null;
  }

  const isAlone = () => membership.others().length === 0;

  async function inTime<T>(work: Promise<T>, otherwise: T): Promise<T> {
    const answer = await orAfter(work, patienceMs, clock).catch(() => "due" as const);
    return answer === "due" ? otherwise : answer;
  }

  return {
    self() {
      const self = own();
      return self === null || isAlone() ? null : { id: self.id, name: self.name };
    },
    routers() {
      const [self, members] = [own(), membership.snapshot()?.members ?? []];
      if (self === null || isAlone()) return [];
      return members
        .map((member) => stateOf(member, self))
        .toSorted((a, b) => (a.name === b.name ? compare(a.id, b.id) : compare(a.name, b.name)));
    },
    async inFlight() {
      if (isAlone()) return [];
      const now = clock.now();
      return (await inTime(group.inFlight(), [])).map((call) => inFlightCall(call, now));
    },
    async withRouters(rows) {
      if (isAlone() || rows.length === 0) return rows;
      const routers = await inTime(group.routersOf(rows.map(({ id }) => id)), {});
      const self = own();
      return rows.map((row) => {
        // What is not in the log yet is this router's own.
        const instance = routers[row.id] ?? (self === null ? null : nameOf(self));
        return instance === null ? row : { ...row, instance };
      });
    },
    share: (serverName) => (isAlone() ? null : shares.of(serverName)),
    cancel: (callId) =>
      membership.snapshot() === null ? Promise.resolve(false) : group.cancel(callId),
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function nameOf({ id, name }: Member): RouterName {
  return { id, name };
}

function stateOf(member: Member, self: Member): RouterState {
  return {
    id: member.id,
    name: member.name,
    version: member.version,
    self: member.id === self.id,
    started_at: isoTime(member.startedAt),
    seen_at: isoTime(member.seenAt),
    routes_hash: member.routesHash,
    differs_in: differences(member, self),
    spool_rows: member.backlog.rows,
    spool_bytes: member.backlog.bytes,
    lag_ms: member.backlog.lagMs,
  };
}

/** In what a router is not set up as another one. */
export function differences(one: Member, other: Member): readonly RouterDifference[] {
  const found: RouterDifference[] = [];
  if (one.routesHash !== other.routesHash) found.push("routes file");
  if (one.version !== other.version) found.push("version");
  // Not known before the first beats.
  if (one.secretHash !== null && other.secretHash !== null && one.secretHash !== other.secretHash)
    found.push("JWT_SECRET");
  return found;
}

/** An attempt is in the row from its beginning on, so the last one's server is the one being asked. */
function inFlightCall({ instance, row }: CallElsewhere, now: number): InFlightCall {
  return {
    id: row.id,
    timestamp: row.timestamp,
    elapsed_ms: Math.max(0, now - Date.parse(row.timestamp)),
    service_type: row.service_type,
    path: row.path,
    source_ip: row.source_ip,
    original_model: row.original_model,
    mapped_model: row.mapped_model,
    upstream: row.upstream,
    route: row.route,
    stream: row.stream,
    tokens_so_far: null,
    waiting_for: null,
    position: null,
    instance,
  };
}
