/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Points in time, in UTC as the page is made; where scripts run, times.js puts them into the reader's zone.
import { Html } from "@elysiajs/html";
import { ago, clockTime } from "./format.ts";

/** `2026-03-02 14:05:09 UTC`; @param iso ISO 8601 */
export function ClockTime({ iso }: { readonly iso: string }): JSX.Element {
  return (
    <time datetime={iso} data-zone="clock" safe>
      {clockTime(iso)}
    </time>
  );
}

export interface AgoProps {
  /** ISO 8601. */
  readonly iso: string;
  /** Epoch ms. */
  readonly now: number;
}

/** `3 min ago`, with the time itself as its hint. */
export function Ago({ iso, now }: AgoProps): JSX.Element {
  return (
    <time datetime={iso} title={clockTime(iso)} data-zone="words" safe>
      {ago(Date.parse(iso), now)}
    </time>
  );
}
