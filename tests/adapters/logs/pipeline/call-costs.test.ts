// What calls cost in the log's thread: the routes file's prices as they come, and the table of hosted APIs.
import { join } from "node:path";
import { expect, test } from "bun:test";
import { createCallCosts } from "../../../../src/adapters/logs/pipeline/call-costs.ts";
import { priceTable } from "../../../../src/adapters/logs/pipeline/price-table.ts";
import { packPrices } from "../../../../src/adapters/logs/pipeline/wire-prices.ts";
import { createEntryReader } from "../../../../src/adapters/logs/pipeline/read-entry.ts";
import { listPrices } from "../../../../src/domain/log/list-prices.ts";
import { captured, logEntry, noon } from "../../../lab/log-entries.ts";
import { routingOf } from "../../../lab/routing-of.ts";

const usage = { promptTokens: 1_000, completionTokens: 100, cachedTokens: 400 };
const openai = "https://api.openai.com";
const callTo = (upstreamUrl: string, mappedModel: string) =>
  logEntry({ upstream: "s", upstreamUrl, mappedModel, timestamp: noon });

test("prices of a routes file survive the journey, patterns too, and new ones replace them", () => {
  const costs = createCallCosts();
  const call = callTo("https://api.example.com", "big-model");
  expect(costs.nanos(call, usage)).toBeNull();
  const adopt = (yaml: string) => {
    costs.adopt(structuredClone(packPrices(routingOf(yaml))));
  };
  adopt('prices: { "/^BIG/i": { input: 1, cached: 0.5, output: 10 } }');
  expect(costs.nanos(call, usage)).toBe(1_800_000);
  adopt(
    "servers: { s: { url: https://api.example.com, prices: { big-model: { input: 2, output: 0 } } } }",
  );
  expect(costs.nanos(call, usage)).toBe(2_000_000);
  adopt("");
  expect(costs.nanos(call, usage)).toBeNull();
});

test("the table is loaded once, with the first call that ended at a host it may know", async () => {
  let loads = 0;
  const costs = createCallCosts(async () => {
    loads++;
    return { find: () => ({ nanos: () => 42 }) };
  });
  const hosted = callTo(openai, "gpt-4o");
  await costs.prepare([callTo("http://10.0.0.1:8000", "m"), { ...hosted, state: "inflight" }]);
  expect(loads).toBe(0);
  await costs.prepare([hosted]);
  await costs.prepare([hosted]);
  expect([loads, costs.nanos(hosted, usage)]).toEqual([1, 42]);
});

test("a table that cannot be loaded leaves calls without a price", async () => {
  const costs = createCallCosts(() => Promise.reject(new Error("gone")));
  const hosted = callTo(openai, "gpt-4o");
  await costs.prepare([hosted]);
  expect(costs.nanos(hosted, usage)).toBeNull();
});

test("the table knows models by host, and none elsewhere", async () => {
  const costs = createCallCosts();
  const cost = async (url: string, model: string) => {
    const call = callTo(url, model);
    await costs.prepare([call]);
    return costs.nanos(call, usage);
  };
  // 2.50 USD for input, 1.25 cached, 10 for output.
  expect(await cost(openai, "gpt-4o")).toBe(600 * 2_500 + 400 * 1_250 + 100 * 10_000);
  expect(await cost("https://api.openai.com.example.org", "gpt-4o")).toBeNull();
  expect(await cost("https://api.example.org", "gpt-4o")).toBeNull();
  expect(await cost(openai, "a-model-of-nobody")).toBeNull();
  expect(await cost("http://127.0.0.1:8000", "gpt-4o")).toBe(0);
});

test("a price of the table may depend on the size of the prompt", () => {
  const price = priceTable.find("https://api.anthropic.com", "claude-sonnet-4-5");
  const nanos = (promptTokens: number) =>
    price?.nanos({ promptTokens, completionTokens: 0, cachedTokens: 0 }, noon) ?? 0;
  expect(nanos(100_000)).toBe(300_000_000);
  expect(nanos(300_000)).toBeGreaterThan(900_000_000);
});

test("embeddings are priced without a count of what they answer, completions are not", () => {
  const nanos = (model: string) =>
    priceTable.find(openai, model)?.nanos({ ...usage, completionTokens: null }, noon);
  expect(nanos("text-embedding-3-small")).toBe(20_000);
  expect(nanos("gpt-4o")).toBeNull();
});

test("pages and documentation name the table that is installed", async () => {
  const root = join(import.meta.dir, "../../../..");
  const { dependencies } = await Bun.file(join(root, "package.json")).json();
  const { name, version, date } = listPrices;
  expect(dependencies).toMatchObject({ [`@pydantic/${name}`]: version });
  const docs = await Bun.file(join(root, "docs/configuration.md")).text();
  expect(docs).toContain(`${version} of ${date}`);
});

test("a row has what its own usage costs", () => {
  const response = JSON.stringify({ usage: { prompt_tokens: 7, completion_tokens: 5 } });
  const bodies = { request: captured("{}"), response: captured(response) };
  const reader = createEntryReader({
    costOf: (_, { promptTokens, completionTokens }) =>
      (promptTokens ?? 0) * 100 + (completionTokens ?? 0),
  });
  const read = (state: "completed" | "inflight") =>
    reader.read({ entry: logEntry({ path: "/v1/chat/completions", state }), bodies }).sense;
  expect(read("completed").costNanos).toBe(705);
  expect(read("inflight").costNanos).toBeNull();
});
