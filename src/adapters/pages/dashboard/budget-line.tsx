/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// How much of the month's budget is spent, below the figures; the text says all that the bar shows.
import { Html } from "@elysiajs/html";
import { type BudgetLevel, budgetUse, type MonthCost } from "../../../domain/log/budget.ts";
import { offsetAt } from "../../../domain/log/period-range.ts";
import { budget as budgetText, dollars, none, percent, whole } from "../shared/format.ts";
import { dashboardHref, type DashboardQuery } from "./dashboard-query.ts";
import { timeParam } from "../shared/period-query.ts";

export interface BudgetLineProps {
  readonly query: DashboardQuery;
  /** USD for a calendar month. */
  readonly budget: number;
  readonly month: MonthCost;
  /** Epoch ms. */
  readonly now: number;
  /** The reader's, an IANA name. */
  readonly zone: string;
}

const levelWords: Readonly<Record<BudgetLevel, string>> = {
  within: "",
  near: "nearly spent",
  over: "over budget",
};

export function BudgetLine({ query, budget, month, now, zone }: BudgetLineProps): JSX.Element {
  const { cost, unpriced, isPart, since, until } = month;
  const { share, level, projected } = budgetUse(month, budget, now);
  const isUnknown = cost === null && unpriced > 0;
  const spent = isUnknown ? none : `${isPart ? "over " : ""}${dollars(cost ?? 0)}`;
  const notes = [
    ...(unpriced === 0
      ? []
      : [`${whole(unpriced)} ${unpriced === 1 ? "call" : "calls"} could not be priced`]),
    ...(projected === null
      ? []
      : [`on course for ${dollars(projected)} by ${lastDay(until, zone)}`]),
  ];
  const toCalls = { period: "", since: timeParam(since), until: "", show: "cost" };
  return (
    <div class={`budget ${level}`} id="budget">
      <p>
        <a href={dashboardHref(query.address, toCalls)} safe>
          {spent}
        </a>
        <span safe>{` of ${budgetText(budget)} this month`}</span>
        {!isUnknown && (
          <>
            , <strong safe>{percent(share)}</strong>
          </>
        )}
        {level !== "within" && (
          <>
            {" "}
            <em safe>{levelWords[level]}</em>
          </>
        )}
      </p>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        {projected !== null && <rect class="course" width={inBar(projected / budget)} height="1" />}
        <rect class="spent" width={inBar(share)} height="1" />
      </svg>
      {notes.length > 0 && (
        <p class="note" safe>
          {notes.join(" · ")}
        </p>
      )}
    </div>
  );
}

/** Of a bar 100 wide. What is not zero is seen. */
function inBar(share: number): string {
  return share === 0 ? "0" : Math.min(100, Math.max(0.6, share * 100)).toFixed(1);
}

/** `31 Mar`, where the month ends. */
function lastDay(until: number, zone: string): string {
  const last = until - 1;
  return new Date(last + offsetAt(last, zone)).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
}
