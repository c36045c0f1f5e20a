// How much of a calendar month's budget is spent: which month it is for a reader, and where the money is going.
import { offsetAt, toUtc } from "./period-range.ts";

/** What the calls of a month cost so far. */
export interface MonthCost {
  /** Epoch ms at which the month began, and at which the next one does. */
  readonly since: number;
  readonly until: number;
  /** USD of the calls that have a price; null: none has. */
  readonly cost: number | null;
  /** Calls with tokens whose price is not known. */
  readonly unpriced: number;
  /** Older calls of the month were left out of the cost. */
  readonly isPart: boolean;
}

export interface BudgetUse {
  /** Of the budget that is spent; 1 is all of it. */
  readonly share: number;
  readonly level: BudgetLevel;
  /** USD by the month's end, should it go on as until now; null: it is too soon to say. */
  readonly projected: number | null;
}

/** `near`: over four fifths are spent. */
export type BudgetLevel = "within" | "near" | "over";

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const nearFrom = 0.8;

/**
 * The calendar month of a time zone, in whole hours: older figures are kept by the hour, and some
 * zones are half an hour off.
 * @param now epoch ms
 * @param zone an IANA name
 */
export function monthAt(now: number, zone: string): Pick<MonthCost, "since" | "until"> {
  const local = new Date(now + offsetAt(now, zone));
  const first = (month: number): number => {
    const begin = toUtc(Date.UTC(local.getUTCFullYear(), month, 1), zone);
    return Math.floor(begin / hourMs) * hourMs;
  };
  return { since: first(local.getUTCMonth()), until: first(local.getUTCMonth() + 1) };
}

/**
 * @param budget USD, above 0
 * @param now epoch ms
 */
export function budgetUse(month: MonthCost, budget: number, now: number): BudgetUse {
  const { since, until, isPart } = month;
  const cost = month.cost ?? 0;
  const share = cost / budget;
  const passed = now - since;
  return {
    share,
    level: share > 1 ? "over" : share > nearFrom ? "near" : "within",
    // A first morning says nothing of a month.
    projected:
      cost === 0 || isPart || passed < dayMs || passed >= until - since
        ? null
        : (cost / passed) * (until - since),
  };
}
