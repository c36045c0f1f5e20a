// `prices:` of the routes file and of a server: model or `/pattern/` → what its tokens cost; and the month's budget.
import { parseTextMatcher } from "../routing/text-matcher.ts";
import type { ModelPrice, Price } from "../routing/types.ts";
import type { ConfigNode, MapEntry } from "./config-node.ts";
import type { NodeReader, NumberRange } from "./reader.ts";
import { type budgetKeys, priceKeys } from "./routes-keys.ts";
import { didYouMean } from "./suggest.ts";

const known: readonly string[] = Object.keys(priceKeys);

/** USD for a million tokens. */
const dollars: NumberRange = { whole: false, min: 0, max: 1_000_000 };

/** USD a month. */
const budgets: NumberRange = { whole: false, min: 0, aboveMin: true, max: 1_000_000_000 };

const budgetKey = "monthly_budget" satisfies keyof typeof budgetKeys;

/** What `prices:` says; without what has problems, which have been reported. */
export interface WrittenPrices {
  /** In the order written. */
  readonly prices: readonly ModelPrice[];
  /** USD a month; null: none is named. */
  readonly monthlyBudget: number | null;
}

/** Of the routes file: for all servers. */
export function parsePrices(reader: NodeReader, node: ConfigNode): WrittenPrices {
  const entries = reader.entries(node, "prices", null) ?? new Map<string, MapEntry>();
  const budget = entries.get(budgetKey);
  return {
    prices: parseModels(reader, entries, "prices"),
    monthlyBudget:
      budget === undefined ? null : reader.number(budget.value, `${budgetKey} (USD)`, budgets),
  };
}

/** @param what the mapping's name in problems */
export function parseServerPrices(
  reader: NodeReader,
  node: ConfigNode,
  what: string,
): readonly ModelPrice[] {
  const entries = reader.entries(node, what, null) ?? new Map<string, MapEntry>();
  const budget = entries.get(budgetKey);
  if (budget !== undefined)
    reader.tell(
      budget.at,
      `${budgetKey} is of all servers: it belongs under the routes file's own prices`,
    );
  return parseModels(reader, entries, what);
}

function parseModels(
  reader: NodeReader,
  entries: ReadonlyMap<string, MapEntry>,
  what: string,
): readonly ModelPrice[] {
  const prices: ModelPrice[] = [];
  for (const { key, at, value } of entries.values()) {
    if (key === budgetKey) continue;
    const meant = budgetMeant(key, value);
    if (meant !== null) {
      reader.tell(at, `${what}: a model's price is { input, output }${meant}`);
      continue;
    }
    const parsed = key.trim() === "" ? { problem: "it is empty" } : parseTextMatcher(key);
    if ("problem" in parsed) reader.tell(at, `${what}: bad model "${key}": ${parsed.problem}`);
    const price = parsePrice(reader, value, `price of "${key}"`);
    if ("matcher" in parsed && price !== null) prices.push({ model: parsed.matcher, price });
  }
  return prices;
}

/** A single figure that was written for the month's budget under another name; null: it was not. */
function budgetMeant(key: string, value: ConfigNode): string | null {
  if (value.kind !== "scalar") return null;
  const near = didYouMean(key, [budgetKey]);
  if (near !== "") return near;
  return /budget|month|limit/i.test(key) ? `; the month's budget is ${budgetKey}` : null;
}

function parsePrice(reader: NodeReader, node: ConfigNode, what: string): Price | null {
  const entries = reader.entries(node, what, known);
  if (entries === null) return null;
  const value = (key: keyof typeof priceKeys): number | null => {
    const entry = entries.get(key);
    return entry === undefined ? null : reader.number(entry.value, `${key} of ${what}`, dollars);
  };
  for (const key of ["input", "output"])
    if (!entries.has(key)) reader.tell(node.at, `${what} has no ${key}`);
  const [input, cached, output] = [value("input"), value("cached"), value("output")];
  return input === null || output === null ? null : { input, cached, output };
}
