import { expect, test } from "bun:test";
import { terminalLine } from "../../../src/adapters/console/terminal.ts";
import { coloursWelcome, createPaint } from "../../../src/app/cli/paint.ts";

test.each<[Record<string, string>, boolean, boolean]>([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ TERM: "dumb" }, true, false],
])("with %p, on a terminal: %p, colours are welcome: %p", (env, terminal, welcome) => {
  expect(coloursWelcome(env, terminal)).toBe(welcome);
});

test("without colours a text stays as it is", () => {
  expect(createPaint(false).bad("x")).toBe("x");
  expect(terminalLine(createPaint(true).bad("x"))).toBe("\u001B[31mx\u001B[0m");
});
