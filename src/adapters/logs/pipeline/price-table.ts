// List prices of hosted APIs, from a package that carries them; its updates by network are not used.
import { calcPrice, findProvider, type ModelInfo } from "@pydantic/genai-prices";
import { costNanos, type PricedUsage } from "../../../domain/log/cost.ts";
import { nanosPerDollar } from "../../../domain/log/call-sense.ts";
import type { Price } from "../../../domain/routing/types.ts";

/** What a model costs at a hosted API. */
export interface HostedPrice {
  /**
   * Billionths of a US dollar.
   * @param at epoch ms: some prices have a time of day or a first day
   * @returns null where tokens that have a price were not counted
   */
  nanos(usage: PricedUsage, at: number): number | null;
}

export interface PriceTable {
  /**
   * @param url the server's base URL
   * @returns null: the table does not know the host, or not this model there
   */
  find(url: string, model: string): HostedPrice | null;
}

export const priceTable: PriceTable = {
  find(url, model) {
    const address = URL.parse(url);
    if (address === null) return null;
    // As a whole host: the table's patterns say how an address begins, not where its host ends.
    const provider = findProvider({ providerApiUrl: url });
    if (provider === undefined || !isHostOf(provider.api_pattern, address)) return null;
    const found = calcPrice({}, model, { provider });
    if (found === null) return null;
    const plain = plainPrice(found.model);
    if (plain !== null) return { nanos: (usage) => costNanos(usage, plain) };
    // Of one model alone, so that no call looks for it among hundreds.
    const only = { ...found.provider, models: [found.model] };
    const price = (usage: Record<string, number>, at: number) =>
      calcPrice(usage, model, { provider: only, timestamp: new Date(at) });
    return {
      nanos({ promptTokens, completionTokens, cachedTokens }, at) {
        if (promptTokens === null) return null;
        const usage = {
          input_tokens: promptTokens,
          cache_read_tokens: Math.min(cachedTokens ?? 0, promptTokens),
          output_tokens: completionTokens ?? 0,
        };
        try {
          const result = price(usage, at);
          if (result === null) return null;
          // Embeddings have no price for what they answer, and no count of it.
          if (completionTokens === null && result.model_price["output_mtok"] !== undefined)
            return null;
          return Math.round(result.total_price * nanosPerDollar);
        } catch {
          return null; // a unit that the model is priced by was not counted
        }
      },
    };
  },
};

/** A price that does not depend on the call, which costs a tenth of asking the package; null: it does. */
function plainPrice({ prices }: ModelInfo): Price | null {
  if (Array.isArray(prices) || "requests_kcount" in prices) return null;
  const {
    input_mtok: input,
    cache_read_mtok: cached = null,
    // Embeddings have no price for what they answer.
    output_mtok: output = 0,
  } = prices;
  if (typeof input !== "number" || typeof output !== "number") return null;
  return cached === null || typeof cached === "number" ? { input, cached, output } : null;
}

/** Whether the pattern holds all of the host (or leaves its last label open), and not another's that begins alike. */
function isHostOf(pattern: string, { protocol, host, pathname }: URL): boolean {
  const found = new RegExp(`^(?:${pattern})`).exec(`${protocol}//${host}${pathname}`);
  if (found === null) return false;
  return found[0].length >= `${protocol}//${host}`.length || found[0].endsWith(".");
}
