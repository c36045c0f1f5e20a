// `prices:` of the routes file and of a server: model or `/pattern/` → what its tokens cost.
import { parseTextMatcher } from "../routing/text-matcher.ts";
import type { ModelPrice, Price } from "../routing/types.ts";
import type { ConfigNode } from "./config-node.ts";
import type { NodeReader, NumberRange } from "./reader.ts";
import { priceKeys } from "./routes-keys.ts";

const known: readonly string[] = Object.keys(priceKeys);

/** USD for a million tokens. */
const dollars: NumberRange = { whole: false, min: 0, max: 1_000_000 };

/**
 * @param what the mapping's name in problems
 * @returns in the order written; without what has problems, which have been reported
 */
export function parsePrices(
  reader: NodeReader,
  node: ConfigNode,
  what: string,
): readonly ModelPrice[] {
  const prices: ModelPrice[] = [];
  for (const { key, at, value } of reader.entries(node, what, null)?.values() ?? []) {
    const parsed = key.trim() === "" ? { problem: "it is empty" } : parseTextMatcher(key);
    if ("problem" in parsed) reader.tell(at, `${what}: bad model "${key}": ${parsed.problem}`);
    const price = parsePrice(reader, value, `price of "${key}"`);
    if ("matcher" in parsed && price !== null) prices.push({ model: parsed.matcher, price });
  }
  return prices;
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
