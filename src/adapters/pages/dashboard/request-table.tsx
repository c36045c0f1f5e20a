/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The requests, a line each: who asked what of which model, and what came of it.
import { Html } from "@elysiajs/html";
import { createPlaceFinder } from "../../../domain/log/sought-places.ts";
import type { ListedRow, LogSort } from "../../../ports/browse.ts";
import { dashboardHref, type DashboardQuery } from "./dashboard-query.ts";
import { RequestLine } from "./request-line.tsx";

export interface RequestTableProps {
  readonly query: DashboardQuery;
  readonly rows: readonly ListedRow[];
  /** Epoch ms. */
  readonly now: number;
  /** The page is opened, not renewed: what is out of sight may follow a moment later. */
  readonly opening: boolean;
}

/** As many as most windows show beneath the figures. */
const inSight = 16;

const orders: Readonly<Record<LogSort, string>> = {
  time: "newest first",
  duration: "longest first",
  tokens: "most tokens first",
  cost: "dearest first",
};

// Rows are grids, and browsers take elements for what they look like: the roles say what they are.
export function RequestTable({ query, rows, now, opening }: RequestTableProps): JSX.Element {
  const finder = createPlaceFinder(query.fields.q);
  return (
    <table class="requests" role="table">
      <caption class="hidden">Requests, {orders[query.sort]}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <Head words="Status" />
          <Head words="Who" />
          <Head words="Asked" />
          <Head words="Model" />
          <Head words="Upstream" />
          <SortHead query={query} by="tokens" words="Tokens" />
          <SortHead query={query} by="cost" words="Cost" />
          <SortHead query={query} by="duration" words="Duration" />
          <SortHead query={query} by="time" words="Time" />
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, place) => (
          <RequestLine row={row} finder={finder} now={now} later={opening && place >= inSight} />
        ))}
      </tbody>
    </table>
  );
}

function Head({ words }: { readonly words: string }): JSX.Element {
  return (
    <th role="columnheader" scope="col">
      {words}
    </th>
  );
}

interface SortHeadProps {
  readonly query: DashboardQuery;
  readonly by: LogSort;
  readonly words: string;
}

function SortHead({ query, by, words }: SortHeadProps): JSX.Element {
  const isChosen = query.sort === by;
  return (
    <th
      role="columnheader"
      scope="col"
      class="number"
      aria-sort={isChosen ? "descending" : undefined}
    >
      <a
        href={dashboardHref(query.address, { sort: by === "time" ? "" : by })}
        title={`${words}: ${orders[by]}`}
      >
        {words}
        <span class="sort-mark" aria-hidden="true">
          {isChosen ? " ↓" : ""}
        </span>
      </a>
    </th>
  );
}
