/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The last hours by model and by upstream: who is used, who is slow, who fails.
import { Html } from "@elysiajs/html";
import type { Activity, NamedFigures } from "./activity.ts";
import { dashboardHref } from "./dashboard-query.ts";
import { alarm, perSecond, reach } from "./figures.tsx";
import { duration, percent, whole } from "../shared/format.ts";

const shown = 5;

export function Breakdown({ activity }: { readonly activity: Activity }): JSX.Element {
  const { byModel, byUpstream } = activity;
  if (byModel.length === 0 && byUpstream.length === 0)
    return <section id="breakdown" data-live hidden></section>;
  return (
    <section
      id="breakdown"
      class="breakdown"
      data-live
      aria-label={`By model and upstream, ${reach(activity)}`}
    >
      <GroupTable head="Model" field="model" groups={byModel} reach={reach(activity)} />
      <GroupTable head="Upstream" field="upstream" groups={byUpstream} reach={reach(activity)} />
    </section>
  );
}

interface GroupTableProps {
  readonly head: string;
  readonly field: "model" | "upstream";
  readonly groups: readonly NamedFigures[];
  readonly reach: string;
}

function GroupTable({ head, field, groups, reach: period }: GroupTableProps): JSX.Element {
  const most = Math.max(1, ...groups.map(({ requests }) => requests));
  const left = groups.slice(shown);
  return (
    <div class="group-panel">
      <table class="groups">
        <caption class="hidden" safe>{`By ${field}, ${period}`}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span safe>{`${head}, ${period}`}</span>
            </th>
            <th scope="col" class="number">
              Requests
            </th>
            <th scope="col" class="number">
              Errors
            </th>
            <th scope="col" class="number">
              Median
            </th>
            <th scope="col" class="number c-p95">
              p95
            </th>
            <th scope="col" class="number c-speed">
              Speed
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, shown).map((group) => (
            <tr>
              <th scope="row">
                <a
                  class="clip"
                  href={dashboardHref({ [field]: group.name })}
                  title={group.name}
                  safe
                >
                  {group.name}
                </a>
                <svg
                  class="share"
                  viewBox="0 0 100 2"
                  preserveAspectRatio="none"
                  aria-hidden="true"
                >
                  <rect width={String((group.requests / most) * 100)} height="2" />
                </svg>
              </th>
              <td class="number">{whole(group.requests)}</td>
              <td class={`number ${alarm(group)}`}>{percent(group.errors / group.requests)}</td>
              <td class="number">{duration(group.median)}</td>
              <td class="number c-p95">{duration(group.p95)}</td>
              <td class="number c-speed">{perSecond(group.speed).replace(" tokens/s", "/s")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {left.length > 0 && (
        <p>
          <a href={`/performance?by=${field}`}>{`and ${left.length} more`}</a>
        </p>
      )}
    </div>
  );
}
