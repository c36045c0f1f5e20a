// How a server is doing, in words.
import type { UpstreamState } from "../../../ports/browse.ts";

/** Without the time that a rest still takes. */
export function standingInWords({
  state,
  failures,
}: Pick<UpstreamState, "state" | "failures">): string {
  const row = failures === 1 ? "1 failure" : `${failures} failures in a row`;
  switch (state) {
    case "well":
      return failures === 0 ? "Taking requests" : `Taking requests, after ${row}`;
    case "resting":
      return `Resting after ${row}`;
    case "probe-due":
      return `Back in line after ${row}: the next request finds out`;
    case "probing":
      return `One request is finding out, after ${row}`;
  }
}
