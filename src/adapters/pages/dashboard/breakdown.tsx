/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A period by model, upstream, user or client: who is used, who is slow, who fails, who costs. Each name filters.
import { Html } from "@elysiajs/html";
import type { Dimension, PeriodGroup } from "../../../ports/periods.ts";
import { dashboardHref, type DashboardQuery } from "./dashboard-query.ts";
import { alarm } from "./figures.tsx";
import { colouredGroups } from "./period-chart.tsx";
import { dimensions } from "../shared/period-query.ts";
import { dollarsAtLeast, duration, percent, short, whole } from "../shared/format.ts";

export interface BreakdownProps {
  readonly query: DashboardQuery;
  readonly groups: readonly PeriodGroup[];
}

export const without: Readonly<Record<Dimension, string>> = {
  model: "no model",
  upstream: "no upstream",
  user: "nobody",
  client: "not said",
};

export function Breakdown({ query, groups }: BreakdownProps): JSX.Element {
  const { by, says } = query.period;
  return (
    <div class="group-panel" id="breakdown">
      <table class="groups">
        <caption class="hidden" safe>{`By ${dimensions[by].toLowerCase()}, ${says}`}</caption>
        <thead>
          <tr>
            <th scope="col">{dimensions[by]}</th>
            <th scope="col" class="number">
              Calls
            </th>
            <th scope="col" class="number">
              Errors
            </th>
            <th scope="col" class="number c-median">
              Median
            </th>
            <th scope="col" class="number c-p95">
              p95
            </th>
            <th scope="col" class="number c-sum">
              Tokens
            </th>
            <th scope="col" class="number c-usd">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group, place) => (
            <tr>
              <th scope="row">
                <i
                  class={`swatch s${place < colouredGroups ? place + 1 : 0}`}
                  aria-hidden="true"
                ></i>
                <GroupName query={query} name={group.name} isRest={group.rest === true} />
              </th>
              <td class="number">{whole(group.requests)}</td>
              <td class={`number ${alarm(group)}`}>{percent(group.error_rate)}</td>
              <td class="number c-median">{duration(group.duration_ms_median)}</td>
              <td class="number c-p95">{duration(group.duration_ms_p95)}</td>
              <td class="number c-sum">{short(group.prompt_tokens + group.completion_tokens)}</td>
              <td
                class="number c-usd"
                title={group.unpriced > 0 ? `${whole(group.unpriced)} unpriced` : undefined}
                safe
              >
                {dollarsAtLeast(group.cost, group.unpriced)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface GroupNameProps {
  readonly query: DashboardQuery;
  readonly name: string | null;
  readonly isRest: boolean;
}

function GroupName({ query, name, isRest }: GroupNameProps): JSX.Element {
  const { by } = query.period;
  if (name === null || isRest)
    return (
      <span class="faint" safe>
        {name ?? without[by]}
      </span>
    );
  return (
    <a class="clip" href={dashboardHref(query.address, { [by]: name })} title={name} safe>
      {name}
    </a>
  );
}
