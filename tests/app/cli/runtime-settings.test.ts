// What only the environment at the runtime's start can set.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeSettings } from "../../../src/app/cli/runtime-settings.ts";

const folder = mkdtempSync(join(tmpdir(), "smolrouter-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const program = join(folder, "program.ts");
writeFileSync(
  program,
  `import { applyRuntimeSettings } from ${JSON.stringify(join(import.meta.dir, "../../../src/app/cli/runtime-settings.ts"))};
applyRuntimeSettings(process.env);
console.log(JSON.stringify({ pid: process.pid, arguments: process.argv.slice(2), env: process.env }));`,
);

interface Printed {
  readonly pid: number;
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function run(env: Readonly<Record<string, string>>) {
  const child = Bun.spawn([process.execPath, program, "--port", "1"], { env, stdout: "pipe" });
  const printed = JSON.parse(await child.stdout.text()) as Printed;
  return { ...printed, isSame: printed.pid === child.pid };
}

test("the program starts itself anew with them, in the same process and with the same arguments", async () => {
  expect(await run({ LISTEN_PORT: "1" })).toMatchObject({
    isSame: true,
    arguments: ["--port", "1"],
    env: { LISTEN_PORT: "1", ...runtimeSettings },
  });
});

test("one that is set already stays as it is", async () => {
  const { env } = await run({ MIMALLOC_PURGE_DELAY: "5" });
  expect(env).toMatchObject({ ...runtimeSettings, MIMALLOC_PURGE_DELAY: "5" });
});
