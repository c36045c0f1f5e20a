// What a call costs: its usage by the price of its model. What cannot be priced is null, never 0.
import { anyTextMatches } from "../routing/text-matcher.ts";
import type { ModelPrice, Price } from "../routing/types.ts";
import { isPrivateHost } from "../net/private-host.ts";
import type { AnswerReading } from "./answer-reading.ts";
import type { LogEntry } from "./log-entry.ts";

export type PricedUsage = Pick<AnswerReading, "promptTokens" | "completionTokens" | "cachedTokens">;

/** What the routes file says of prices. */
export interface Prices {
  /** For all servers, in the order written. */
  readonly all: readonly ModelPrice[];
  /** By the server's name; asked first. */
  readonly servers: ReadonlyMap<string, readonly ModelPrice[]>;
}

/** What is asked of a server in one's own house costs, unless the routes file says otherwise. */
const free: Price = { input: 0, cached: null, output: 0 };

/** A dollar for a million tokens is a thousand nanodollars for one. */
const nanosPerToken = 1_000;

/**
 * The price that a call was made at, by the server that it went to and the name that was sent there.
 * @returns `hosted`: neither the routes file nor the address says, so a table of hosted APIs is to be
 *   asked; null: it went nowhere, or named no model to be priced by
 */
export function priceOf(
  { upstream, upstreamUrl, mappedModel, originalModel }: PricedCall,
  { all, servers }: Prices,
): Price | "hosted" | null {
  if (upstream === null || upstreamUrl === null) return null;
  const model = mappedModel ?? originalModel;
  const written = priceIn(servers.get(upstream) ?? [], model) ?? priceIn(all, model);
  if (written !== null) return written;
  if (isPrivateHost(URL.parse(upstreamUrl)?.hostname ?? "")) return free;
  return model === null ? null : "hosted";
}

export type PricedCall = Pick<
  LogEntry,
  "upstream" | "upstreamUrl" | "mappedModel" | "originalModel"
>;

/** An exact name counts before patterns, and of these the first that is found. */
function priceIn(prices: readonly ModelPrice[], model: string | null): Price | null {
  const named = prices.find(({ model: one }) => one.kind === "exact" && one.text === model);
  return (named ?? prices.find(({ model: one }) => anyTextMatches([one], model)))?.price ?? null;
}

/**
 * Billionths of a US dollar.
 * @returns null where tokens that are not free were not counted
 */
export function costNanos(usage: PricedUsage, { input, cached, output }: Price): number | null {
  const { promptTokens, completionTokens, cachedTokens } = usage;
  const forCached = cached ?? input;
  const read = promptTokens === null ? null : Math.min(cachedTokens ?? 0, promptTokens);
  const parts = [
    costOf(promptTokens === null || read === null ? null : promptTokens - read, input),
    costOf(read, forCached),
    costOf(completionTokens, output),
  ];
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return Math.round(sum);
}

function costOf(tokens: number | null, price: number): number | null {
  if (price === 0) return 0;
  return tokens === null ? null : tokens * price * nanosPerToken;
}

/** Billionths of a US dollar; `unpriced`: it used tokens whose price is not known; null: it used none that are known of. */
export type CallCost = number | "unpriced" | null;

/**
 * @param nanos null: the call cannot be priced
 */
export function callCost(
  nanos: number | null,
  { totalTokens }: Pick<AnswerReading, "totalTokens">,
): CallCost {
  if (nanos !== null) return nanos;
  return totalTokens !== null && totalTokens > 0 ? "unpriced" : null;
}
