import { expect, test } from "bun:test";
import { nextTrouble, type Trouble } from "../../../src/domain/alerts/trouble.ts";

const patience = { afterMs: 60, calmMs: 15 };

/** What is said, step by step: `b` bad, `c` clear, `-` between the two; a step is 5 long. */
function turns(seen: string): string {
  let trouble: Trouble | null = null;
  let said = "";
  for (const [step, sight] of seen.split("").entries()) {
    const sighting = { isBad: sight === "b", isClear: sight === "c" };
    const next = nextTrouble(trouble, sighting, patience, step * 5);
    trouble = next.trouble;
    said += next.turn === "begins" ? "!" : next.turn === "ends" ? "." : " ";
  }
  return said.trimEnd();
}

test.each([
  ["all is well", "cccccccc", ""],
  ["what lasts is said once", `${"b".repeat(30)}`, `${" ".repeat(12)}!`],
  ["what passes soon is not said", `bbbbbc${"b".repeat(11)}c`, ""],
  ["it is over once it has been well for a while", `${"b".repeat(13)}cccc`, "            !   ."],
  ["a moment of health ends nothing", `${"b".repeat(13)}ccbccbcccc`, "            !         ."],
  [
    "what is neither bad nor clear stays as it was",
    `${"b".repeat(13)}------cccc`,
    `            !         .`,
  ],
  [
    "what comes back is said again",
    `${"b".repeat(13)}cccc${"b".repeat(13)}`,
    "            !   .            !",
  ],
])("%s", (_rule, seen, said) => {
  expect(turns(seen)).toBe(said);
});
