// The configuration in force as a page, and the box that explains it.
import { expect, test } from "bun:test";
import type { Document } from "happy-dom";
import { routingOf } from "../../../lab/routing-of.ts";
import { openPage, sampleBrowse, sampleUpstream, elementText } from "../sample.ts";

const yaml = `
servers:
  hosted: { url: "https://api.example.com/v1", api_key: s3cret, headers: { X-Team: s3cret }, max_concurrency: 4, max_output_tokens: 32000, retries: 1 }
  attic: "http://attic:11434"
aliases:
  coder: { instances: [hosted/big, { server: attic, model: small, retries: 3 }], commit: full }
routes:
  - match: { model: "/^gpt/" }
    route: { model: coder }
  - match: { source_host: 10.0.0.0/8, path: /v1/embeddings }
    route: { upstream: attic }
`;
const env = { modelMap: { old: "coder", "/llama-(.*)/": "attic/$1" } };

async function show(query = "", routes = yaml): Promise<Document> {
  const browse = {
    ...sampleBrowse([]),
    upstreams: () => ({ upstreams: [sampleUpstream({ name: "hosted", state: "resting" })] }),
  };
  const { document } = await openPage(browse, `/routes${query}`, {
    routing: () => routingOf(routes, env),
    routesFile: "lab/routes.yaml",
  });
  return document;
}

const rowsOf = (document: Document, part: string): readonly string[] =>
  [...document.querySelectorAll(`#${part} tbody tr`)].map((row) =>
    [...row.children].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()).join(" | "),
  );

test("every server, alias and rule is shown with what it says and the line it stands in", async () => {
  const document = await show();
  expect(rowsOf(document, "servers")).toEqual([
    "hosted | https://api.example.com | OpenAI · own key · adds x-team · 4 at once, queue of 100 · answers of up to 32000 tokensretries: 1 | routes.yaml:3",
    "attic | http://attic:11434 | Ollama | routes.yaml:4",
    "default | http://default:8000 | OpenAI | DEFAULT_UPSTREAM",
  ]);
  expect(rowsOf(document, "aliases")).toEqual([
    "coder | hosted bigattic smallretries: 3commit: full | routes.yaml:6",
  ]);
  expect(rowsOf(document, "rules")).toEqual([
    "1 | model /^gpt/ | rename to coder | routes.yaml:8",
    "2 | source_host 10.0.0.0/8 and path /v1/embeddings | attic | routes.yaml:10",
  ]);
  expect(rowsOf(document, "model-map")).toEqual([
    "old | coder | MODEL_MAP",
    "/llama-(.*)/ | attic/$1 | MODEL_MAP",
  ]);
});

test("prices are shown with their server, and so is the list that hosted APIs are priced by", async () => {
  const prices = `
servers: { a: { url: https://a, prices: { m: { input: 0.8, cached: 0.1, output: 2.4 } } } }
prices: { "/<b>/": { input: 1, output: 0 } }`;
  const document = await show("", prices);
  expect(rowsOf(document, "prices")).toEqual([
    "m | a | input 0.8 · cached 0.1 · output 2.4",
    "/<b>/ | any | input 1 · output 0",
  ]);
  const none = await show();
  expect(rowsOf(none, "prices")).toEqual([]);
  expect(elementText(none, "#prices")).toContain("list prices of 2026-09-23");
});

test("a month's budget stands with the prices", async () => {
  const shown = elementText(await show("", "prices: { monthly_budget: 1200 }"), "#prices");
  expect(shown).toContain("budget of $1,200 a month");
  expect(elementText(await show(), "#prices")).not.toContain("budget");
});

test("keys and header values are shown nowhere", async () => {
  expect((await show("?model=coder")).documentElement.innerHTML).not.toContain("s3cret");
});

test("the box tells the decision, its steps and the targets in order", async () => {
  const document = await show("?model=gpt-4");
  expect(elementText(document, ".explained")).toContain("renamed by rule 1, then alias coder");
  expect(elementText(document, ".because")).toContain(
    "rule 1 (routes.yaml:8) matches model /^gpt/",
  );
  const targets = [...document.querySelectorAll(".targets li")].map((target) =>
    target.textContent.replace(/\s+/g, " ").trim(),
  );
  expect(targets).toEqual([
    "attic small http://attic:11434 commit: full retries: 3as writtennative chat (type ollama)",
    "hosted big https://api.example.com commit: full retries: 1cooling down: tried lastnative chat (type openai)",
  ]);
});

test("an alias that spreads its calls says so, and each target how busy it is", async () => {
  const document = await show(
    "?model=shared",
    yaml.replace(
      "routes:",
      "  shared: { balance: spread, instances: [hosted/big, { server: attic, model: small, weight: 2 }] }\nroutes:",
    ),
  );
  expect(rowsOf(document, "aliases").at(-1)).toBe(
    "shared | hosted bigattic smallweight: 2balance: spread | routes.yaml:7",
  );
  const targets = [...document.querySelectorAll(".targets li p:first-of-type")];
  expect(targets.map(({ textContent }) => textContent)).toEqual([
    "weight 2; how busy it is, is not known",
    "cooling down: tried last; would be busier: 0 running, weight 1",
  ]);
});

test("source and path decide, too", async () => {
  const document = await show("?source=10.1.1.1&path=/v1/embeddings");
  expect(elementText(document, ".explained code")).toBe("rule:2");
  const elsewhere = await show("?source=11.1.1.1&path=/v1/embeddings");
  expect(elementText(elsewhere, ".explained code")).toBe("default");
});

test("without a question there is no answer, and the form is empty", async () => {
  const document = await show();
  expect(document.querySelector(".explained")).toBeNull();
  expect(document.querySelector("input[name=model]")?.getAttribute("value")).toBe("");
});

test("with nothing configured the page says what to write", async () => {
  expect(elementText(await show("", ""), ".notice")).toContain("lab/routes.yaml");
});
