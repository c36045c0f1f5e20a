import { expect, test } from "bun:test";
import { requestedThinking } from "../../../src/domain/routing/policy.ts";

test.each([
  ["strip", { mode: "strip" }],
  ["keep", { mode: "keep" }],
  ["move", { mode: "move" }],
  ["KEEP", { badValue: "KEEP" }],
  ["", { badValue: "" }],
  ["true", { badValue: "true" }],
] as const)("X-SmolRouter-Thinking: %s is understood or refused", (value, read) => {
  expect(requestedThinking([["x-smolrouter-thinking", value]])).toEqual(read);
});

test("without X-SmolRouter-Thinking nothing is asked for", () => {
  expect(requestedThinking([["accept", "*/*"]])).toEqual({ mode: null });
});
