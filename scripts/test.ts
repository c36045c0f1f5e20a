// Everything that shows this tree works: the checks, the fast suites and the slow ones (sweeps,
// browser, binary), three at a time, the longest first. Ends with the plain line `N passed, N failed`.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Glob, spawn, stripANSI } from "bun";
import { buildLogWorker } from "./build-log-worker.ts";
import { watchProcessorTime } from "./processor-time.ts";

const root = resolve(import.meta.dir, "..");
process.chdir(root);

interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** What of it failed, a line each. */
  readonly failures: readonly string[];
}

interface Ran {
  readonly code: number;
  /** What it wrote to its standard error, where bun reports tests. */
  readonly output: string;
  readonly seconds: number;
  /** Of processor time, its children's included. */
  readonly processorSeconds: number;
}

/** Shows what a command prints once it has ended, so that several at a time stay readable. */
async function run(command: readonly string[]): Promise<Ran> {
  const started = performance.now();
  const streams = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  const child = spawn([...command], { ...streams, env: process.env });
  const processor = watchProcessorTime(child.pid);
  const [printed, reported, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  const seen = processor.stop();
  process.stdout.write(printed);
  process.stderr.write(reported);
  return {
    code,
    output: stripANSI(reported),
    seconds: (performance.now() - started) / 1000,
    processorSeconds: Math.max(seen, Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6),
  };
}

/** A step with no tests of its own: silent in the counts unless it fails. */
async function step(name: string, ...command: readonly string[]): Promise<Result> {
  const { code, seconds, processorSeconds } = await run(command);
  console.log(`== ${name}: ${code === 0 ? "ok" : "FAILED"}\n`);
  return {
    name,
    passed: 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
    seconds,
    processorSeconds,
    failures: code === 0 ? [] : [`(exit ${code})`],
  };
}

async function suite(name: string, ...patterns: readonly string[]): Promise<Result> {
  const { code, output, seconds, processorSeconds } = await run([
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
  console.log(`== ${name}: ${passed} passed, ${failed} failed\n`);
  const named = output.split("\n").filter((line) => line.startsWith("(fail)"));
  const failures = failed > 0 && named.length === 0 ? [`(exit ${code}) outside any test`] : named;
  return { name, passed, failed, skipped: count("skip"), seconds, processorSeconds, failures };
}

/** The browser, the proxies that the router is tested behind, and the database that routers share. */
async function programs(): Promise<Result[]> {
  const PATH = `${process.env["PATH"] ?? ""}:/usr/bin:/usr/sbin`;
  const missing = ["chromium-headless-shell", "nginx", "caddy", "pgbouncer"].filter(
    (name) => Bun.which(name, { PATH }) === null,
  );
  // Debian keeps the server's programs out of the way, a folder for each version.
  const [server] = new Glob("/usr/lib/postgresql/*/bin/postgres").scanSync({ absolute: true });
  if (server === undefined) missing.push("postgresql");
  if (missing.length === 0) return [];
  const names = missing.join(" ");
  if (process.getuid?.() !== 0 || Bun.which("apt-get") === null) {
    console.error(`The tests need ${names}: apt-get install ${names} (as root).`);
    const nothing = { skipped: 0, seconds: 0, processorSeconds: 0 };
    return [{ name: names, passed: 0, failed: 1, ...nothing, failures: ["not installed"] }];
  }
  const install = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${names}`;
  // In run level 1 a package does not start the service that it brings.
  const quiet = "export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1";
  return [await step(names, "sh", "-c", `${quiet}; ${install}`)];
}

/**
 * Suites that take the longest, and first what takes longest of all: begun late, one of them would
 * run on by itself while the other lanes have nothing left.
 */
const longest = [
  "tests/e2e/broken-log.slow.ts",
  "tests/faults/bombs.slow.ts",
  "tests/faults/no-leak.slow.ts",
  "tests/browser/pages.slow.ts",
  "tests/browser/tabs.slow.ts",
  "tests/browser/list.slow.ts",
  "tests/adapters/logs/postgres/same-as-sqlite.slow.ts",
  "tests/faults/back-pressure.slow.ts",
  "tests/adapters/logs/postgres/many-calls.slow.ts",
  "tests/e2e/starved.slow.ts",
  "tests/browser/performance.slow.ts",
  "tests/browser/threads.slow.ts",
  "tests/faults/every-byte.slow.ts",
  "tests/browser/hostile-list.slow.ts",
  "tests/faults/mixed-bytes.slow.ts",
];

/** What suites start, so that it is not read and compiled anew each time; out of the way of whoever builds the program meanwhile. */
async function program(): Promise<Result> {
  const built = await step("build", process.execPath, "scripts/build.ts");
  if (built.failed === 0) {
    const folder = mkdtempSync(join(tmpdir(), "smolrouter-program-"));
    process.on("exit", () => {
      rmSync(folder, { recursive: true, force: true });
    });
    const path = join(folder, "smolrouter");
    copyFileSync("dist/smolrouter", path);
    process.env["SMOLROUTER_PROGRAM"] = path;
    process.env["SMOLROUTER_LOG_WORKER"] = buildLogWorker(folder);
    const data = join(folder, "postgres");
    mkdirSync(data);
    process.env["SMOLROUTER_POSTGRES_DATA"] = data;
    // The database's server runs as another user.
    chmodSync(folder, 0o755);
    chmodSync(data, 0o777);
  }
  return built;
}

const slow = [...new Glob("tests/**/*.slow.{ts,tsx}").scanSync()].toSorted();
/** Of the fast suites, a process of their own: nearly half of them are of adapters, and one process has one core. */
const otherFolders = [
  ...new Set(
    [...new Glob("tests/**/*.test.{ts,tsx}").scanSync()].map(
      (path) => `${path.split("/", 2).join("/")}/`,
    ),
  ),
].filter((folder) => folder !== "tests/adapters/");

/** The others of a folder share a process, which loads the program and starts a database once for all of them. Together they take longer than any of those. */
const shared = Map.groupBy(
  slow.filter((path) => !longest.includes(path)),
  (path) => path.split("/", 2).join("/"),
);

const results: Result[] = [
  await step("install", process.execPath, "install", "--frozen-lockfile"),
  ...(await programs()),
  await program(),
];
const waiting = [
  () => step("check", process.execPath, "scripts/check.ts"),
  () => suite("fast suites of adapters", "tests/adapters/"),
  () => suite("other fast suites", ...otherFolders),
  ...[...shared].map(
    ([folder, paths]) =>
      () =>
        suite(`${folder}: ${paths.length} slow suites`, ...paths.map((path) => `./${path}`)),
  ),
  ...longest.map((path) => () => suite(path, `./${path}`)),
];

/** Takes one after the other until none waits. Three keep two cores busy: each suite waits a third of its time. */
async function lane(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
    results.push(await next());
}
await Promise.all([lane(), lane(), lane()]);

const sum = (key: "passed" | "failed" | "seconds" | "processorSeconds"): number =>
  results.reduce((total, result) => total + result[key], 0);
if (slow.length === 0) console.log("\nno slow suite found");
const failed = sum("failed") + (slow.length === 0 ? 1 : 0);

// Whoever reads the end of a long record sees what failed.
console.log("");
for (const { name, failures } of results)
  for (const failure of failures) console.log(`${name}: ${failure}`);

console.log("");
for (const { name, passed, failed: bad, skipped, seconds, processorSeconds } of results) {
  const counts = `${passed} passed, ${bad} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  console.log(
    `${bad === 0 ? "ok  " : "FAIL"}  ${name.padEnd(46)} ${seconds.toFixed(1).padStart(6)} s  processor ${processorSeconds.toFixed(1).padStart(6)} s  ${counts}`,
  );
}
console.log(
  `total ${(performance.now() / 1000).toFixed(1)} s; processor ${sum("processorSeconds").toFixed(1)} s\n`,
);
console.log(`${sum("passed")} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
