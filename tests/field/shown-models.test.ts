// What Ollama's clients get to know of a model on a server that speaks /v1: by it they decide what to offer.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Ollama } from "ollama";
import { type FieldLab, startFieldLab } from "../lab/field-lab.ts";
import { saysWhole } from "../lab/sayings.ts";

let lab: FieldLab;
beforeAll(async () => {
  lab = await startFieldLab();
});
afterAll(() => lab.stop());

interface ShownModel {
  readonly capabilities: readonly string[];
  readonly model_info: Readonly<Record<string, unknown>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly modified_at: string;
}

describe.each(["one/m", "both", "two/m", "both:latest"])("/api/show of %s", (model) => {
  const show = async (): Promise<ShownModel> =>
    (await (await lab.router.post("/api/show", { model })).json()) as ShownModel;

  // https://github.com/microsoft/vscode-copilot-release/issues/7832
  test("says that it completes and calls tools, for both are carried", async () => {
    expect((await show()).capabilities).toEqual(expect.arrayContaining(["completion", "tools"]));
  });

  // https://github.com/sgl-project/sglang/pull/14376, https://github.com/ollama/ollama/issues/6578
  test("names an architecture, without which older command lines panic", async () => {
    const { model_info } = await show();
    expect(model_info["general.architecture"]).toBeString();
    expect(model_info["general.architecture"]).not.toBe("");
  });

  test("dates it in this century, not in 1970", async () => {
    expect(new Date((await show()).modified_at).getUTCFullYear()).toBeGreaterThan(2000);
  });
});

test("/api/tags dates nothing in 1970", async () => {
  const { models } = await new Ollama({ host: lab.router.url }).list();
  expect(models.length).toBeGreaterThan(2);
  for (const { modified_at } of models)
    expect(new Date(modified_at).getUTCFullYear()).toBeGreaterThan(2000);
});

test("an Ollama server's own words about its models are passed on", async () => {
  const direct = await (
    await fetch(`${lab.nat.url}/api/show`, { method: "POST", body: '{"model":"m"}' })
  ).json();
  const shown = await (await lab.router.post("/api/show", { model: "nat/m" })).json();
  expect(shown).toEqual(direct);
});

test("/api/show shows a model of a server that lists none at all, for it may well have it", async () => {
  lab.two.script(({ path }) =>
    path === "/v1/models" ? saysWhole({ object: "list", data: [] }) : undefined,
  );
  await fetch(`${lab.router.url}/upstreams/check`, {
    method: "POST",
    headers: { origin: lab.router.url },
  });
  expect((await lab.router.post("/api/show", { model: "two/any" })).status).toBe(200);
  expect((await lab.router.post("/api/show", { model: "one/other" })).status).toBe(404);
});
