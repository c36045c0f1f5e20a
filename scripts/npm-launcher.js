#!/usr/bin/env node
// What `npx smolrouter` runs: finds the binary of this platform, which npm has installed as an optional
// dependency, and stands in for it: arguments, files, signals and exit code pass through.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { createRequire } from "node:module";
import { isatty } from "node:tty";

const require = createRequire(import.meta.url);
const platform = `${process.platform}-${process.arch}`;
const name = `@smolrouter/${platform}`;

/** Why there is no binary, and what to do. */
function advice() {
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  const known = Object.keys(optionalDependencies);
  if (!known.includes(name)) {
    const platforms = known.map((one) => one.slice(one.indexOf("/") + 1)).join(", ");
    return [
      `there is no binary for ${platform}; there are ones for ${platforms}.`,
      "Run it from source with Bun, or in a container: the README of the repository says how.",
    ];
  }
  if (process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime)
    return [
      "the binary for Linux needs glibc, and this system has another C library (Alpine: musl).",
      "Use an image with glibc, such as node:22-slim, or run it from source with Bun.",
    ];
  return [
    `the package ${name}, which holds the binary for this platform, is not installed.`,
    "Install again with optional dependencies (without --omit=optional):",
    "  npm install smolrouter --include=optional",
    "If node_modules or package-lock.json come from another platform, remove both first.",
  ];
}

function fail(lines) {
  console.error(`smolrouter: ${lines.join("\n")}`);
  process.exit(1);
}

function binary() {
  try {
    return require.resolve(`${name}/bin/smolrouter`);
  } catch {
    return fail(advice());
  }
}

const child = spawn(binary(), process.argv.slice(2), { stdio: "inherit" });

// A terminal sends Ctrl-C, and that its window was closed, to the child, too; a second signal would stop
// the router immediately instead of letting its calls end. So these are passed on only without one.
const atTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
for (const signal of ["SIGINT", "SIGQUIT", "SIGHUP"])
  process.on(signal, () => {
    if (!atTerminal) child.kill(signal);
  });
for (const signal of ["SIGTERM", "SIGUSR2"])
  process.on(signal, () => {
    child.kill(signal);
  });

child.on("error", (error) => {
  fail([`cannot start ${child.spawnfile}: ${error.message}`]);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // Ends as the child did, so that whoever waits sees the same signal.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // For a signal that does not end Node: as a shell counts it.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
});
