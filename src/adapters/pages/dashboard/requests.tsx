/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The list of requests with what leads on from it: how many there are, older ones, a file of them.
import { Html } from "@elysiajs/html";
import type { LogPage } from "../../../ports/browse.ts";
import { whole } from "../shared/format.ts";
import type { PageFrame } from "../shared/pages-deps.ts";
import type { CallCount } from "../../../ports/periods.ts";
import { performanceHref } from "../performance/performance-query.ts";
import { dashboardHref, type DashboardQuery, exportHref } from "./dashboard-query.ts";
import { RequestTable } from "./request-table.tsx";

export interface RequestsProps {
  readonly frame: PageFrame;
  readonly query: DashboardQuery;
  readonly page: LogPage;
  /** How many calls the list is of; null: not counted. */
  readonly count: CallCount | null;
  /** See RequestTable. */
  readonly opening: boolean;
}

export function Requests({ frame, query, page, count, opening }: RequestsProps): JSX.Element {
  const paging = query.filter.before !== undefined;
  const { address } = query;
  return (
    // Older pages, and those in another order, stay as they are while one reads them.
    <section
      id="requests"
      data-live={paging || query.sort !== "time" ? undefined : true}
      aria-label="Requests"
    >
      {page.logs.length === 0 ? (
        <Nothing paging={paging} query={query} />
      ) : (
        <RequestTable query={query} rows={page.logs} now={frame.now} opening={opening} />
      )}
      {page.logs.length > 0 && (
        <nav class="paging" aria-label="Paging and export">
          {paging && <a href={dashboardHref(address)}>← First page</a>}
          <span class="count" id="count" safe>
            {countWords(count, query)}
          </span>
          <a href={performanceHref(address)}>Performance</a>
          <a href={exportHref("csv", address)} download="">
            CSV
          </a>
          <a href={exportHref("json", address)} download="">
            JSON
          </a>
          {page.next !== null && (
            <a class="older" rel="next" href={dashboardHref(address, { before: page.next })}>
              {query.sort === "time" ? "Older →" : "Next →"}
            </a>
          )}
        </nav>
      )}
    </section>
  );
}

/** `1,234 calls match in the last 24 h`. */
function countWords(count: CallCount | null, query: DashboardQuery): string {
  if (count === null) return "";
  const { calls: number, isExact } = count;
  const calls = `${isExact ? "" : "over "}${whole(number)} ${number === 1 ? "call" : "calls"}`;
  const match = query.filtered ? (number === 1 ? " matches" : " match") : "";
  return `${calls}${match}${query.period.isChosen ? ` in ${query.period.says}` : ""}`;
}

function Nothing(props: { readonly paging: boolean; readonly query: DashboardQuery }): JSX.Element {
  const { paging, query } = props;
  if (paging) return <p class="nothing">No older requests.</p>;
  const { isChosen, says } = query.period;
  return (
    <p class="nothing">
      <span
        safe
      >{`No request ${query.filtered ? "matches" : "came"}${isChosen ? ` in ${says}` : ""}. `}</span>
      {isChosen && (
        <a href={dashboardHref(query.address, { period: "", since: "", until: "" })}>
          Look at all times
        </a>
      )}
      {isChosen && query.filtered && " or "}
      {query.filtered && <a href="/">Clear the filter</a>}
    </p>
  );
}
