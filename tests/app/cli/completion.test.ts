import { expect, test } from "bun:test";
import { completionScript } from "../../../src/app/cli/completion.ts";
import { commandNames, commandTable, shells } from "../../../src/app/cli/help.ts";

test.each([...shells])("%s knows every command and every flag", (shell) => {
  const script = completionScript(shell);
  for (const name of commandNames) {
    expect(script).toContain(name);
    for (const { flag } of commandTable[name].flags) {
      const word = flag.split(" ")[0]!;
      expect(script).toContain(shell === "fish" ? `-l ${word.slice(2)}` : word);
    }
  }
});

test.each([
  [["smolrouter", "ex"], ["explain"]],
  [["smolrouter", "--po"], ["--port"]],
  [
    ["smolrouter", "check", "--"],
    ["--config", "--json", "--help"],
  ],
  [["smolrouter", "completion", "f"], ["fish"]],
  [["smolrouter", "explain", "--model", ""], []],
  [["smolrouter", "--config", "package.js"], ["package.json"]],
  [["smolrouter", "backtest", "package.js"], ["package.json"]],
])("bash completes %p to %p", (words, expected) => {
  const script = `${completionScript("bash")}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_smolrouter; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const done = Bun.spawnSync(["bash", "--norc", "-c", script]);
  expect(done.stderr.toString()).toBe("");
  expect(done.stdout.toString().split("\n").filter(Boolean)).toEqual(expected);
});
