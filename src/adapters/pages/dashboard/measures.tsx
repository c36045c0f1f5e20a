/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What the bars of the dashboard's chart show, to choose.
import { Html } from "@elysiajs/html";
import { dashboardHref, type DashboardQuery, measures } from "./dashboard-query.ts";

export function Measures({ query }: { readonly query: DashboardQuery }): JSX.Element {
  return (
    <nav class="segments last" aria-label="Bars show">
      {Object.entries(measures).map(([name, words]) => (
        <a
          href={dashboardHref(query.address, { show: name })}
          aria-current={query.show === name ? "true" : undefined}
        >
          {words}
        </a>
      ))}
    </nav>
  );
}
