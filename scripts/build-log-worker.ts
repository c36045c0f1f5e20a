// Compiles the log's thread as the tests have it, out of source as it is now.
import { join, resolve } from "node:path";
import { spawnSync } from "bun";

/** @returns the file, in that folder; throws what the bundler says where it fails */
export function buildLogWorker(folder: string): string {
  const options = ["--target=bun", "--format=cjs", "--bytecode", `--outdir=${folder}`];
  const entry = resolve(import.meta.dir, "../tests/lab/log-thread.ts");
  const built = spawnSync([process.execPath, "build", ...options, entry]);
  if (!built.success) throw new Error(`the log's thread was not built: ${built.stderr.toString()}`);
  return join(folder, "log-thread.js");
}
