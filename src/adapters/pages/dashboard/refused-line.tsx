/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Calls that were turned away leave no row, so the dashboard would not know of them otherwise.
import { Html } from "@elysiajs/html";
import type { RefusedCalls } from "../../../ports/refusals.ts";
import { Ago } from "../shared/clock-time.tsx";
import { whole } from "../shared/format.ts";

export interface RefusedLineProps {
  readonly refused: RefusedCalls;
  /** Epoch ms. */
  readonly now: number;
}

export function RefusedLine({ refused: { count, last }, now }: RefusedLineProps): JSX.Element {
  if (last === null) return <p id="refused" data-live></p>;
  const { status, address, reason, at } = last;
  return (
    <p id="refused" class="refused" data-live>
      <strong>{`${whole(count)} ${count === 1 ? "call" : "calls"} refused`}</strong> since the
      start; the last, <Ago iso={new Date(at).toISOString()} now={now} />
      <span safe>{`, from ${address}: ${status}, ${reason}`}</span>
    </p>
  );
}
