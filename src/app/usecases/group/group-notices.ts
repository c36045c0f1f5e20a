// What of the group a person should act on: routers that are not set up alike, and a clock that is off.
import type { RouterDifference } from "../../../ports/browse.ts";
import type { GroupSnapshot, Member } from "../../../ports/group.ts";
import type { Notice } from "../../../ports/notices.ts";
import { differences } from "./group-view.ts";

/** Rows of routers are in order only as far as their clocks agree. */
const mostSkewMs = 2_000;

const words: Readonly<Record<RouterDifference, { one: string; several: string; remedy: string }>> =
  {
    "routes file": {
      one: "runs another routes file than this one",
      several: "run another routes file than this one",
      remedy: "Give all of them the same file.",
    },
    version: {
      one: "runs another version than this one",
      several: "run another version than this one",
      remedy: "During an upgrade that is as it should be; bring the others to the same version.",
    },
    JWT_SECRET: {
      one: "has another JWT_SECRET than this one",
      several: "have another JWT_SECRET than this one",
      remedy: "Tokens of one are not valid at the other: give all of them the same.",
    },
  };

/** @param snapshot null: nothing was read yet */
export function groupNotices(snapshot: GroupSnapshot | null): readonly Notice[] {
  const self = snapshot?.members.find(({ id }) => id === snapshot.selfId);
  if (snapshot === null || self === undefined) return [];
  const kinds = Object.keys(words) as RouterDifference[];
  return [...kinds.flatMap((kind) => differing(kind, snapshot.members, self)), ...skewed(snapshot)];
}

function differing(
  kind: RouterDifference,
  members: readonly Member[],
  self: Member,
): readonly Notice[] {
  const others = members.filter((member) => differences(member, self).includes(kind));
  if (others.length === 0) return [];
  const { one, several, remedy } = words[kind];
  const names = others.map(({ id, name, version }) =>
    kind === "version" ? `${name}: ${version}` : `${name} (${id.slice(0, 8)})`,
  );
  return [
    {
      id: `group-${kind.replaceAll(" ", "-")}`,
      message: `${others.length} of ${members.length} routers ${others.length === 1 ? one : several}.`,
      details: [`${self.name} is this one; the others: ${names.join(", ")}. ${remedy}`],
      endsByItself: true,
    },
  ];
}

function skewed({ databaseNow, ownNow }: GroupSnapshot): readonly Notice[] {
  const skew = ownNow - databaseNow;
  if (Math.abs(skew) <= mostSkewMs) return [];
  const seconds = Math.round(Math.abs(skew) / 1_000);
  return [
    {
      id: "group-clock",
      message: `This router's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the database's.`,
      details: ["Rows of several routers are out of order by as much. Set the clock by NTP."],
      endsByItself: true,
    },
  ];
}
