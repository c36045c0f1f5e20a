// Which engine a model list gives away.
import { expect, test } from "bun:test";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import { engineOf } from "../../../src/domain/routing/engine.ts";
import { readModelList } from "../../../src/domain/routing/model-list.ts";

function engine(...data: readonly JsonRecord[]) {
  const models = data.map((entry, at) => ({ id: `m${at}`, object: "model", ...entry }));
  const list = readModelList(new TextEncoder().encode(JSON.stringify({ data: models })));
  return engineOf(list ?? []);
}

const liteLlm = { created: 1_677_610_602, owned_by: "openai" };

test.each([
  ["vllm", [{ owned_by: "vllm" }]],
  ["sglang", [{ owned_by: "sglang" }]],
  ["llama.cpp", [{ owned_by: "llamacpp" }]],
  ["llama-swap", [{ owned_by: "llama-swap" }]],
  ["lm-studio", [{ owned_by: "organization_owner" }]],
  ["ollama", [{ owned_by: "library" }]],
  ["litellm", [liteLlm, liteLlm]],
  // OpenAI's oldest has that date.
  [null, [liteLlm, { ...liteLlm, created: 1_700_000_000 }]],
  [null, [{ owned_by: "organization-owner" }]],
  [null, [{}]],
  [null, []],
])("%s", (expected, entries) => {
  expect(engine(...(entries as readonly JsonRecord[]))).toBe(expected as ReturnType<typeof engine>);
});
