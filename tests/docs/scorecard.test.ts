// The README's scorecard is what the selftest says of the README's own example.
import { join } from "node:path";
import { expect, test } from "bun:test";
import { runSelftestCommand } from "../../src/app/cli/selftest.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { markedBlocks } from "./fenced-blocks.ts";

test("the README's scorecard", () =>
  withTempFolder(async (folder) => {
    const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
    const [, example = ""] = /```yaml\n(servers:[^]*?)\n```/.exec(readme) ?? [];
    const config = join(folder, "routes.yaml");
    await Bun.write(config, example);
    const printed: string[] = [];
    const print = (line: string) => void printed.push(line);
    const io = { env: {}, terminal: false, print, complain: print };
    await runSelftestCommand({ kind: "selftest", config, json: false }, io);
    const cards = await markedBlocks("scorecard");
    expect(cards.map(({ text }) => text)).toEqual([
      printed.slice(0, printed.indexOf("")).join("\n"),
    ]);
  }));
