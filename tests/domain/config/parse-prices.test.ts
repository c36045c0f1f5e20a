import { expect, test } from "bun:test";
import { readRoutes, routingOf } from "../../lab/routing-of.ts";

function problems(yaml: string): readonly string[] {
  const read = readRoutes(yaml);
  if ("routes" in read) return [];
  return read.problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
}

test("prices are read in the order written, of all servers and of one", () => {
  const { prices, servers } = routingOf(`
servers:
  hosted: { url: https://h, prices: { m: { input: 1, cached: 0.1, output: 2.5 } } }
prices:
  "/^b/i": { input: 0, output: 0 }
  a: { input: 3, output: 4 }`);
  const read = (all: typeof prices) => all.map(({ model, price }) => [model.text, price]);
  expect(read(prices)).toEqual([
    ["/^b/i", { input: 0, cached: null, output: 0 }],
    ["a", { input: 3, cached: null, output: 4 }],
  ]);
  expect(read(servers.get("hosted")?.prices ?? [])).toEqual([
    ["m", { input: 1, cached: 0.1, output: 2.5 }],
  ]);
});

test("what is wrong is refused with file, line and column, all of it", () => {
  const yaml = `servers:
  hosted:
    url: https://h
    prices: { m: { input: 1 }, n: 5 }
prices:
  "/(/": { input: 1, output: 1 }
  b: { input: -1, output: cheap, chached: 1 }
  c: { input: 1, output: 1 }
  c: { input: 2, output: 2 }
`;
  expect(problems(yaml)).toEqual([
    'routes.yaml:4:18: price of "m" has no output',
    'routes.yaml:4:35: price of "n" must be a mapping, not a number',
    expect.stringMatching(/^routes\.yaml:6:3: prices: bad model "\/\(\/": /),
    'routes.yaml:7:15: input of price of "b": -1 must be a number from 0 to 1000000',
    'routes.yaml:7:27: output of price of "b": cheap must be a number from 0 to 1000000',
    expect.stringMatching(/^routes\.yaml:7:34: unknown key "chached" in price of "b"/),
    'routes.yaml:9:3: duplicate key "c" (first on line 8)',
  ]);
  expect(problems("prices: 5")).toEqual([
    "routes.yaml:1:9: prices must be a mapping, not a number",
  ]);
});

test("a month's budget stands beside the models, and may come from the environment", () => {
  const { prices, monthlyBudget } = routingOf(`
prices:
  monthly_budget: 49.5
  m: { input: 1, output: 2 }`);
  expect([monthlyBudget, prices.length]).toEqual([49.5, 1]);
  expect(
    routingOf('prices: { monthly_budget: "${BUDGET}" }', { env: { BUDGET: "20" } }).monthlyBudget,
  ).toBe(20);
  expect(routingOf("prices: { m: { input: 1, output: 2 } }").monthlyBudget).toBeNull();
  const quoted = routingOf('prices: { "/^monthly_budget$/": { input: 1, output: 2 } }');
  expect([quoted.monthlyBudget, quoted.prices.length]).toEqual([null, 1]);
});

test("a budget that is none is refused with what would be right", () => {
  const wrong = (value: string) => problems(`prices: { monthly_budget: ${value} }`);
  const range = "must be a number above 0 up to 1000000000";
  expect(wrong("0")).toEqual([`routes.yaml:1:27: monthly_budget (USD): 0 ${range}`]);
  expect(wrong("-5")).toEqual([`routes.yaml:1:27: monthly_budget (USD): -5 ${range}`]);
  expect(wrong("$50")).toEqual([`routes.yaml:1:27: monthly_budget (USD): $50 ${range}`]);
  expect(wrong("{ input: 1, output: 1 }")).toEqual([
    "routes.yaml:1:27: monthly_budget (USD) must be a number above 0 up to 1000000000, not a mapping",
  ]);
  expect(problems("prices: { month: 50, budget_monthly: 1, monthly_bugdet: 5, m: 3 }")).toEqual([
    "routes.yaml:1:11: prices: a model's price is { input, output }; the month's budget is monthly_budget",
    "routes.yaml:1:22: prices: a model's price is { input, output }; the month's budget is monthly_budget",
    'routes.yaml:1:41: prices: a model\'s price is { input, output } (did you mean "monthly_budget"?)',
    'routes.yaml:1:63: price of "m" must be a mapping, not a number',
  ]);
  expect(problems("servers: { a: { url: https://a, prices: { monthly_budget: 5 } } }")).toEqual([
    "routes.yaml:1:43: monthly_budget is of all servers: it belongs under the routes file's own prices",
  ]);
});
