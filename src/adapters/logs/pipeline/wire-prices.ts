// The routes file's prices on their way to the log's thread: patterns travel as written.
import type { Prices } from "../../../domain/log/cost.ts";
import { parseTextMatcher } from "../../../domain/routing/text-matcher.ts";
import type { ModelPrice, Price, Routing } from "../../../domain/routing/types.ts";

type WirePrice = readonly [model: string, price: Price];

export interface WirePrices {
  readonly all: readonly WirePrice[];
  /** Of the servers that have prices of their own. */
  readonly servers: readonly (readonly [name: string, prices: readonly WirePrice[]])[];
}

export function packPrices({ prices, servers }: Pick<Routing, "prices" | "servers">): WirePrices {
  const packed = (all: readonly ModelPrice[]) =>
    all.map(({ model, price }): WirePrice => [model.text, price]);
  return {
    all: packed(prices),
    servers: [...servers.values()]
      .filter((server) => server.prices.length > 0)
      .map((server) => [server.name, packed(server.prices)] as const),
  };
}

export function unpackPrices({ all, servers }: WirePrices): Prices {
  return {
    all: unpacked(all),
    servers: new Map(servers.map(([name, prices]) => [name, unpacked(prices)])),
  };
}

/** All of them were read before, so none has problems. */
function unpacked(prices: readonly WirePrice[]): readonly ModelPrice[] {
  return prices.flatMap(([text, price]) => {
    const parsed = parseTextMatcher(text);
    return "matcher" in parsed ? [{ model: parsed.matcher, price }] : [];
  });
}
