/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The routers that share the log, a line each; only where there are several.
import { Html } from "@elysiajs/html";
import type { RouterState } from "../../../ports/browse.ts";
import { Ago } from "../shared/clock-time.tsx";
import { bytes, duration, none, whole } from "../shared/format.ts";

export interface RouterTableProps {
  readonly routers: readonly RouterState[];
  /** Epoch ms. */
  readonly now: number;
}

export function RouterTable({ routers, now }: RouterTableProps): JSX.Element {
  return (
    <section id="routers" class="routers" data-live aria-labelledby="routers-title">
      {routers.length > 1 && (
        <>
          <h2 id="routers-title">Routers</h2>
          <p class="faint">
            They share the log and each <code>max_concurrency</code>. Health, load and model lists
            above are those of this router: each has its own.
          </p>
          <table class="config">
            <thead>
              <tr>
                <th scope="col">Router</th>
                <th scope="col">Version</th>
                <th scope="col">Routes file</th>
                <th scope="col">For the log</th>
                <th scope="col">Started</th>
              </tr>
            </thead>
            <tbody>
              {routers.map((router) => (
                <RouterLine router={router} now={now} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

function RouterLine({ router, now }: { readonly router: RouterState; readonly now: number }) {
  const { id, name, version, self, routes_hash: hash, differs_in: differs } = router;
  return (
    <tr id={`router-${id}`}>
      <th scope="row">
        <span title={id} safe>
          {name}
        </span>
        {self && <span class="faint"> this one</span>}
      </th>
      <td class={differs.includes("version") ? "differs" : undefined} safe>
        {version}
      </td>
      <td class={differs.includes("routes file") ? "differs" : undefined}>
        <code safe>{hash ?? none}</code>
        {differs.includes("routes file") && " another one"}
      </td>
      <td safe>{waiting(router)}</td>
      <td>
        {"started "}
        <Ago iso={router.started_at} now={now} />
        {differs.includes("JWT_SECRET") && <span class="differs"> another JWT_SECRET</span>}
      </td>
    </tr>
  );
}

function waiting({ spool_rows: rows, spool_bytes: size, lag_ms: lag }: RouterState): string {
  if (rows === 0) return "nothing waits";
  return `${whole(rows)} ${rows === 1 ? "row waits" : "rows wait"}, ${bytes(size)}, for ${duration(lag)}`;
}
