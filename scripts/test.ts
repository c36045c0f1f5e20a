// Everything that shows this tree works: the checks, the fast suites, then each slow one
// (sweeps, browser, binary). Ends with the plain line `N passed, N failed`.
import { resolve } from "node:path";
import { Glob, spawn, stripANSI } from "bun";

const root = resolve(import.meta.dir, "..");
process.chdir(root);

interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

async function run(
  command: readonly string[],
): Promise<{ readonly code: number; readonly output: string; readonly seconds: number }> {
  const started = performance.now();
  const child = spawn([...command], { stdin: "ignore", stdout: "inherit", stderr: "pipe" });
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const code = await child.exited;
  return { code, output: stripANSI(output), seconds: (performance.now() - started) / 1000 };
}

/** A step with no tests of its own: silent in the counts unless it fails. */
async function step(name: string, ...command: readonly string[]): Promise<Result> {
  console.log(`\n== ${name}`);
  const { code, seconds } = await run(command);
  return { name, passed: 0, failed: code === 0 ? 0 : 1, skipped: 0, seconds };
}

async function suite(name: string, ...patterns: readonly string[]): Promise<Result> {
  console.log(`\n== ${name}`);
  const { code, output, seconds } = await run([
    process.execPath,
    "test",
    "--only-failures",
    ...patterns,
  ]);
  const count = (word: string): number =>
    Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
  const passed = count("pass");
  if (passed === 0) console.log(`${name}: ran no test that passed`);
  // A run that broke outside any test, or ran none, counts as one failure.
  const failed = Math.max(count("fail"), code === 0 && passed > 0 ? 0 : 1);
  return { name, passed, failed, skipped: count("skip"), seconds };
}

/** The browser, and the proxies that the router is tested behind. */
async function programs(): Promise<Result[]> {
  const PATH = `${process.env["PATH"] ?? ""}:/usr/bin:/usr/sbin`;
  const missing = ["chromium", "nginx", "caddy"].filter(
    (name) => Bun.which(name, { PATH }) === null,
  );
  if (missing.length === 0) return [];
  const names = missing.join(" ");
  if (process.getuid?.() !== 0 || Bun.which("apt-get") === null) {
    console.error(`The tests need ${names}: apt-get install ${names} (as root).`);
    return [{ name: names, passed: 0, failed: 1, skipped: 0, seconds: 0 }];
  }
  const install = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${names}`;
  // In run level 1 a package does not start the service that it brings.
  const quiet = "export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1";
  return [await step(names, "sh", "-c", `${quiet}; ${install}`)];
}

const results: Result[] = [
  await step("install", process.execPath, "install", "--frozen-lockfile"),
  ...(await programs()),
  await step("check", process.execPath, "scripts/check.ts"),
  await suite("fast suites"),
];
const slow = [...new Glob("tests/**/*.slow.{ts,tsx}").scanSync()].toSorted();
if (slow.length === 0) console.log("\nno slow suite found");
for (const path of slow) results.push(await suite(path, `./${path}`));

const sum = (key: "passed" | "failed" | "seconds"): number =>
  results.reduce((total, result) => total + result[key], 0);
const failed = sum("failed") + (slow.length === 0 ? 1 : 0);

console.log("");
for (const { name, passed, failed: bad, skipped, seconds } of results) {
  const counts = `${passed} passed, ${bad} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  console.log(
    `${bad === 0 ? "ok  " : "FAIL"}  ${name.padEnd(40)} ${seconds.toFixed(1)} s  ${counts}`,
  );
}
console.log(`total ${sum("seconds").toFixed(1)} s\n`);
console.log(`${sum("passed")} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
