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
const code = await applyRuntimeSettings(process.env, process.argv.includes("--windows") ? "win32" : process.platform);
if (code !== null) process.exit(code);
console.log(JSON.stringify({ pid: process.pid, arguments: process.argv.slice(2), env: process.env }));
process.exitCode = 7;`,
);

interface Printed {
  readonly pid: number;
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function run(env: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  const command = [process.execPath, program, "--port", "1", ...flags];
  const child = Bun.spawn(command, { env, stdout: "pipe" });
  const printed = JSON.parse(await child.stdout.text()) as Printed;
  return { ...printed, isSame: printed.pid === child.pid, exitCode: await child.exited };
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

test("on Windows another process runs with them, and its exit code is the program's", async () => {
  expect(await run({ LISTEN_PORT: "1" }, "--windows")).toMatchObject({
    isSame: false,
    exitCode: 7,
    arguments: ["--port", "1", "--windows"],
    env: { LISTEN_PORT: "1", ...runtimeSettings },
  });
});
