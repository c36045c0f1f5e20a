// Builds dist/smolrouter, one file with everything in it. Further flags go to `bun build`, for
// example --target=bun-linux-arm64.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { argv, spawnSync } from "bun";
import manifest from "../package.json" with { type: "json" };

process.chdir(resolve(import.meta.dir, ".."));

function commit(): string {
  const given = process.env["GIT_COMMIT"];
  if (given !== undefined && given !== "") return given;
  try {
    const git = spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { stderr: "ignore" });
    return git.success ? git.stdout.toString().trim() : "unknown";
  } catch {
    return "unknown"; // no git on this machine
  }
}

const defines = {
  BUILD_VERSION: manifest.version,
  BUILD_COMMIT: commit(),
  BUILD_DATE: new Date().toISOString(),
};

await mkdir("dist", { recursive: true });
const built = spawnSync(
  [
    process.execPath,
    "build",
    "--compile",
    "--minify",
    "--bytecode",
    "--splitting",
    "--format=esm",
    // The binary must not read .env or bunfig.toml of whatever folder it is started in.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    ...Object.entries(defines).map(([name, value]) => `--define=${name}=${JSON.stringify(value)}`),
    "--root=src",
    "--outfile=dist/smolrouter",
    ...argv.slice(2),
    "src/app/main.ts",
    // Started by name at run time, so the bundler cannot find them by itself.
    "src/app/log-worker.ts",
    "src/adapters/schemas/schema-worker.ts",
  ],
  { stdout: "inherit", stderr: "inherit" },
);
process.exit(built.exitCode);
