// Loaded before the tests: the log's thread starts from one compiled file. Each router has two of them,
// and to read and compile their 300 files anew costs more than most of what a test does.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildLogWorker } from "../../scripts/build-log-worker.ts";

const source = resolve(import.meta.dir, "../../src/app/log-worker.ts");
/** `scripts/test.ts` has one for all suites. */
let built = process.env["SMOLROUTER_LOG_WORKER"] ?? null;

function builtWorker(): string {
  if (built !== null) return built;
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-log-worker-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  built = buildLogWorker(folder);
  return built;
}

globalThis.Worker = class extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    const isLogs = address instanceof URL && address.pathname === source;
    super(isLogs ? builtWorker() : address, options);
  }
};
