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
      return failures === 0 ? "Healthy" : `Healthy, after ${row}`;
    case "resting":
      return `Cooling down after ${row}`;
    case "probe-due":
      return `Half-open after ${row}: the next request tests it`;
    case "probing":
      return `Half-open after ${row}: one request is testing it`;
  }
}
