// What calls cost, in the log's thread: by the routes file's prices, else, of hosted APIs, by a table
// that is loaded with the first call that needs it. Nothing is fetched.
import {
  costNanos,
  priceOf,
  type PricedCall,
  type PricedUsage,
  type Prices,
} from "../../../domain/log/cost.ts";
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import type { HostedPrice, PriceTable } from "./price-table.ts";
import { unpackPrices, type WirePrices } from "./wire-prices.ts";

export interface CallCosts {
  /** The routes file's prices, from the next call on. */
  adopt(prices: WirePrices): void;
  /** Loads the table where one of the calls needs it. Never rejects: without it, such calls have no price. */
  prepare(calls: readonly (PricedCall & Pick<LogEntry, "state">)[]): Promise<void>;
  /** Billionths of a US dollar; null: the call cannot be priced. */
  nanos(call: PricedCall & Pick<LogEntry, "timestamp">, usage: PricedUsage): number | null;
}

/** Servers and models whose price is remembered; then all are looked up again. */
const remembered = 1_000;

const noPrices: Prices = { all: [], servers: new Map() };

export function createCallCosts(loadTable: () => Promise<PriceTable> = importTable): CallCosts {
  let prices = noPrices;
  let table: PriceTable | null = null;
  const known = new Map<string, ReturnType<typeof priceOf>>();
  const hosted = new Map<string, HostedPrice | null>();

  const keyOf = ({ upstream, upstreamUrl, mappedModel, originalModel }: PricedCall) =>
    JSON.stringify([upstream, upstreamUrl, mappedModel ?? originalModel]);

  const priced = (call: PricedCall) => recall(known, keyOf(call), () => priceOf(call, prices));

  function hostedPrice(call: PricedCall): HostedPrice | null {
    return recall(hosted, keyOf(call), () => {
      const model = call.mappedModel ?? call.originalModel;
      if (table === null || model === null || call.upstreamUrl === null) return null;
      return table.find(call.upstreamUrl, model);
    });
  }

  return {
    adopt(wire) {
      prices = unpackPrices(wire);
      known.clear();
    },
    async prepare(calls) {
      if (table !== null) return;
      if (calls.some((call) => call.state !== "inflight" && priced(call) === "hosted"))
        table = await loadTable().catch(() => ({ find: () => null }));
    },
    nanos(call, usage) {
      const price = priced(call);
      if (price === null) return null;
      if (price !== "hosted") return costNanos(usage, price);
      return hostedPrice(call)?.nanos(usage, call.timestamp) ?? null;
    },
  };
}

function recall<T>(known: Map<string, T>, key: string, look: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= remembered) known.clear();
  const value = look();
  known.set(key, value);
  return value;
}

async function importTable(): Promise<PriceTable> {
  return (await import("./price-table.ts")).priceTable;
}
