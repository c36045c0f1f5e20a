#!/usr/bin/env node
// What `npx smolrouter` runs: finds the binary of this platform, which npm has installed as an optional
// dependency, and stands in for it: arguments, files, signals and exit code pass through.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { createRequire } from "node:module";
import { isatty } from "node:tty";

const require = createRequire(import.meta.url);
const isWindows = process.platform === "win32";
const platform = `${process.platform}-${process.arch}`;

/** Whether this system's C library is musl: the one that Node itself runs with. */
function isMusl() {
  if (process.platform !== "linux") return false;
  // Else it would look up the names of the network's addresses.
  process.report.excludeNetwork = true;
  return !process.report.getReport().header.glibcVersionRuntime;
}

const packageOf = (one) => `@smolrouter/${one}`;

/** The path of a platform's binary; null: its package is not installed. */
function installed(one) {
  try {
    return require.resolve(`${packageOf(one)}/bin/smolrouter${isWindows ? ".exe" : ""}`);
  } catch {
    return null;
  }
}

/** The platform whose binary this system can run. */
function fitting() {
  return isMusl() ? `${platform}-musl` : platform;
}

/** Why there is no binary, and what to do. */
function advice() {
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  const known = Object.keys(optionalDependencies).map((one) => one.slice(one.indexOf("/") + 1));
  const wanted = fitting();
  if (!known.includes(wanted))
    return [
      `there is no binary for ${wanted}; there are ones for ${known.join(", ")}.`,
      "Run it from source with Bun, or in a container: the README of the repository says how.",
    ];
  return [
    `the package ${packageOf(wanted)}, which holds the binary for this platform, is not installed.`,
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
  const usual = installed(platform);
  const musl = process.platform === "linux" ? installed(`${platform}-musl`) : null;
  // An npm that does not look at `libc` has installed both.
  if (usual !== null && musl !== null) return isMusl() ? musl : usual;
  return usual ?? musl ?? fail(advice());
}

const path = binary();
const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });

// A terminal sends Ctrl-C, and that its window was closed, to the child, too; a second signal would stop
// the router immediately instead of letting its calls end. So these are passed on only without one. On
// Windows they always reach the child, and to pass one on would be to kill it.
const reachesChild = isWindows || [0, 1, 2].some((descriptor) => isatty(descriptor));
for (const signal of ["SIGINT", "SIGQUIT", "SIGHUP", "SIGBREAK"])
  process.on(signal, () => {
    if (!reachesChild) child.kill(signal);
  });
for (const signal of ["SIGTERM", "SIGUSR2"])
  process.on(signal, () => {
    child.kill(signal);
  });

child.on("error", (error) => {
  // The file is there, but not what should load it: it is for another C library.
  if (error.code === "ENOENT" && path !== installed(fitting())) fail(advice());
  fail([`cannot start ${path}: ${error.message}`]);
});
child.on("exit", (code, signal) => {
  // So ends what musl's loader could not load; it has said what is missing.
  if (code === 127 && isMusl())
    console.error("smolrouter: the binary needs libstdc++: on Alpine, apk add libstdc++");
  if (signal === null) process.exit(code);
  // Ends as the child did, so that whoever waits sees the same signal.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // For a signal that does not end Node: as a shell counts it.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
});
