/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The figures by model, upstream, user or client: of all calls of the period, in the colours of the chart.
import { Html } from "@elysiajs/html";
import type { Period } from "../../../ports/periods.ts";
import { perSecond } from "../dashboard/activity-words.ts";
import { without } from "../dashboard/breakdown.tsx";
import { alarm } from "../dashboard/figures.tsx";
import { colouredGroups } from "../dashboard/period-chart.tsx";
import { duration, percent, whole } from "../shared/format.ts";
import { dimensions } from "../shared/period-query.ts";
import { performanceHref, type PerformanceQuery } from "./performance-query.ts";
import type { GroupName } from "./point-columns.ts";
import type { Speeds } from "./speeds.ts";

export interface GroupFiguresProps {
  readonly query: PerformanceQuery;
  readonly period: Period;
  readonly speeds: Speeds;
}

const heads = ["Calls", "Errors", "Median", "p95", "First token", "Tokens/s"] as const;

export function GroupFigures({ query, period, speeds }: GroupFiguresProps): JSX.Element {
  const { by, says } = query.period;
  const groups = period.groups ?? [];
  const words = dimensions[by];
  return (
    <section class="part by-group" aria-labelledby="groups-title">
      <header class="section-head">
        <h2 id="groups-title" safe>{`By ${words.toLowerCase()}`}</h2>
        <p class="faint" safe>
          {ofWhat(period, speeds, says)}
        </p>
      </header>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of figures">
        <table class="config figures-table">
          <thead>
            <tr>
              <th scope="col">{words}</th>
              {heads.map((head) => (
                <th scope="col" class="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group, place) => {
              const speed = speeds.by.get(group.name);
              return (
                <tr>
                  <th scope="row">
                    <i
                      class={`swatch s${place < colouredGroups && group.rest !== true ? place + 1 : 0}`}
                      aria-hidden="true"
                    ></i>
                    <Name query={query} name={group.name} isRest={group.rest === true} />
                  </th>
                  <td class="number" data-label="Calls">
                    {whole(group.requests)}
                  </td>
                  <td class={`number ${alarm(group)}`} data-label="Errors">
                    {percent(group.error_rate)}
                  </td>
                  <td class="number" data-label="Median">
                    {duration(group.duration_ms_median)}
                  </td>
                  <td class="number" data-label="p95">
                    {duration(group.duration_ms_p95)}
                  </td>
                  <td class="number" data-label="First token">
                    {duration(group.ttft_ms_median)}
                  </td>
                  <td
                    class="number"
                    data-label="Tokens/s"
                    title={speed === undefined ? undefined : `of ${whole(speed.calls)} calls`}
                  >
                    {perSecond(speed?.median ?? null).replace(" tokens/s", "")}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Of which calls these figures are. */
function ofWhat({ figures, cut }: Period, { all: speed }: Speeds, says: string): string {
  const calls = whole(cut?.calls ?? figures.requests);
  const of = cut === undefined ? `${calls} calls of ${says}` : `the newest ${calls} calls`;
  const speeds = speed === null ? "" : `; tokens/s of ${whole(speed.calls)} streamed ones drawn`;
  return of + speeds;
}

function Name(props: {
  readonly query: PerformanceQuery;
  readonly name: GroupName;
  readonly isRest: boolean;
}): JSX.Element {
  const { query, name, isRest } = props;
  const { by } = query.period;
  if (name === null || isRest)
    return (
      <span class="faint" safe>
        {name ?? without[by]}
      </span>
    );
  return (
    <a href={performanceHref(query.address, { [by]: name })} safe>
      {name}
    </a>
  );
}
