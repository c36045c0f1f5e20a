// Members of a group as a snapshot has them.
import type { GroupSnapshot, Member } from "../../../../src/ports/group.ts";

export function member(name: string, own: Partial<Member> = {}): Member {
  return {
    id: `${name.padEnd(8, "0")}-0000-4000-8000-000000000000`,
    name,
    version: "1.0",
    startedAt: 0,
    seenAt: 1_000,
    routesHash: "aaa",
    secretHash: "s",
    servers: {},
    watching: false,
    leaves: false,
    backlog: { rows: 0, bytes: 0, lagMs: 0 },
    ...own,
  };
}

/** Read by the first of them. */
export function snapshot(
  members: readonly Member[],
  own: Partial<GroupSnapshot> = {},
): GroupSnapshot {
  return {
    groupId: "group",
    selfId: members[0]?.id ?? "",
    members,
    databaseNow: 10_000,
    ownNow: 10_000,
    cancelled: [],
    ...own,
  };
}
