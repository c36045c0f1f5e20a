import { describe, expect, test } from "bun:test";
import { callCost, costNanos, priceOf, type Prices } from "../../../src/domain/log/cost.ts";
import { routingOf } from "../../lab/routing-of.ts";

const usage = (
  promptTokens: number | null,
  completionTokens: number | null,
  cachedTokens: number | null = null,
) => ({ promptTokens, completionTokens, cachedTokens });
const price = (input: number, output: number, cached: number | null = null) => ({
  input,
  cached,
  output,
});

test.each([
  ["prompt and completion", usage(1_000, 100), price(2.5, 10), 3_500_000],
  ["what was cached at its own price", usage(1_000, 100, 400), price(2.5, 10, 1), 2_900_000],
  ["what was cached without one, as input", usage(1_000, 100, 400), price(2.5, 10), 3_500_000],
  ["what was cached for nothing", usage(1_000, 0, 1_000), price(2.5, 10, 0), 0],
  ["no more cached than the prompt has", usage(10, 0, 50), price(1, 1, 0.5), 5_000],
  ["whole nanodollars", usage(1, 0), price(0.0125, 0), 13],
  ["an exact sum of prices that have no exact form", usage(3, 3), price(0.1, 0.2), 900],
  ["nothing for what is free, counted or not", usage(null, null), price(0, 0), 0],
  ["embeddings, whose answers are not counted", usage(1_000, null), price(0.02, 0), 20_000],
  ["null where a prompt was not counted", usage(null, 5), price(1, 1), null],
  ["null where a completion was not counted", usage(5, null), price(1, 1), null],
  ["null where only what is cached has a price", usage(null, 5), price(0, 0, 1), null],
  ["a million tokens at the highest price", usage(1e6, 1e6), price(1e6, 1e6), 2e15],
] as const)("a call costs %s", (_, used, at, nanos) => {
  expect(costNanos(used, at)).toBe(nanos);
});

describe("the price of a call", () => {
  const { prices: all, servers } = routingOf(`
servers:
  hosted:
    url: https://api.example.com
    prices: { m: { input: 1, output: 1 }, "/^big/": { input: 9, output: 9 } }
prices:
  "/./": { input: 7, output: 7 }
  m: { input: 2, output: 2 }
  other: { input: 3, output: 3 }`);
  const prices: Prices = {
    all,
    servers: new Map([...servers.values()].map(({ name, prices: own }) => [name, own])),
  };
  const none: Prices = { all: [], servers: new Map() };
  const call = (upstream: string | null, mappedModel: string | null, host = "api.example.com") => ({
    upstream,
    upstreamUrl: upstream === null ? null : `https://${host}`,
    mappedModel,
    originalModel: "asked",
  });

  test.each([
    ["is the server's own before the file's", call("hosted", "m"), 1],
    ["may be found by a pattern of the server's", call("hosted", "big-one"), 9],
    ["is the file's where the server has none", call("hosted", "other"), 3],
    ["is that of an exact name before a pattern written earlier", call("else", "m"), 2],
    ["may be found by a pattern", call("else", "unheard"), 7],
    ["counts on a private address, too", call("box", "m", "10.0.0.1"), 2],
    ["is by the name that was asked for where none was sent", call("else", null), 7],
  ])("%s", (_, one, input) => {
    expect(priceOf(one, prices)).toMatchObject({ input });
  });

  test("is 0 on a private address, without a model as well", () => {
    for (const model of ["m", null])
      expect(
        priceOf({ ...call("box", model, "192.168.1.5:8000"), originalModel: model }, none),
      ).toEqual(price(0, 0));
  });

  test("of another host is for a table to say", () => {
    expect(priceOf(call("hosted", "m"), none)).toBe("hosted");
  });

  test("is unknown for a call that went nowhere, or has no model", () => {
    expect(priceOf(call(null, "m"), prices)).toBeNull();
    expect(priceOf({ ...call("hosted", null), originalModel: null }, prices)).toBeNull();
  });
});

test("a call without a price is unpriced where it used tokens, and nothing where it used none", () => {
  expect(callCost(0, { totalTokens: 5 })).toBe(0);
  expect(callCost(7, { totalTokens: null })).toBe(7);
  expect(callCost(null, { totalTokens: 5 })).toBe("unpriced");
  expect(callCost(null, { totalTokens: 0 })).toBeNull();
  expect(callCost(null, { totalTokens: null })).toBeNull();
});
