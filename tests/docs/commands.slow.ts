// The documentation's commands, run as they stand: against a demo, in a folder of their own.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { withTempFolder } from "../lab/temp-folder.ts";
import { markedBlocks } from "./fenced-blocks.ts";

const main = resolve(import.meta.dir, "../../src/app/main.ts");
const blocks = await markedBlocks("try");
let demo: Bun.Subprocess<"ignore", "pipe", "inherit">;
let address = "";

beforeAll(async () => {
  demo = Bun.spawn([process.execPath, main, "demo", "--port", "0"], {
    env: { PATH: process.env["PATH"], LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let reported = "";
  const decoder = new TextDecoder();
  const reader = demo.stdout.getReader();
  // Its own requests have then been made: some pages show them.
  while (!reported.includes("see them at")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the demo ended: ${reported}`);
    reported += decoder.decode(value);
  }
  address = /127\.0\.0\.1:\d+(?=\/ )/.exec(reported)?.[0] ?? "";
});
afterAll(async () => {
  demo.kill();
  await demo.exited;
});

test("there are such commands", () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks.map((block) => [block.where, block] as const))("%s", (_, { note, text }) =>
  withTempFolder(async (folder) => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const shim = join(bin, "smolrouter");
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(shim, 0o755);
    const done = Bun.spawnSync(
      ["bash", "-euo", "pipefail", "-c", text.replaceAll("127.0.0.1:1234", address)],
      { cwd: folder, env: { PATH: `${bin}:${process.env["PATH"]}` }, stdin: "ignore" },
    );
    const output = done.stdout.toString();
    expect({
      code: done.exitCode,
      error: done.exitCode === 0 ? "" : done.stderr.toString() + output,
    }).toEqual({ code: 0, error: "" });
    expect(output).toContain(note);
  }),
);
