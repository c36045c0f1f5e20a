// A rule that matches nothing passes in silence: each of these is broken once, and must say so.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "bun:test";

const root = resolve(import.meta.dir, "../..");

/** Rule, the file that breaks it, and what that file imports. */
const broken: readonly (readonly [rule: string, from: string, to: string])[] = [
  ["domain-is-pure", "src/domain/bytes/a.ts", "src/ports/clock.ts"],
  ["ports-know-the-domain", "src/ports/a.ts", "src/app/usecases/relay/relay.ts"],
  ["usecases-know-ports", "src/app/usecases/log/a.ts", "src/adapters/clock/system-clock.ts"],
  ["adapters-do-not-know-the-app", "src/adapters/http/a.ts", "src/app/usecases/relay/relay.ts"],
  ["adapters-do-not-know-each-other", "src/adapters/http/b.ts", "src/adapters/logs/pipeline/x.ts"],
  ["routing-knows-no-wire", "src/domain/routing/a.ts", "src/domain/protocols/stream-reader.ts"],
  ["routing-knows-no-wire", "src/domain/failover/a.ts", "src/domain/cleaning/thinking.ts"],
  ["cleaning-knows-no-protocol", "src/domain/cleaning/a.ts", "src/domain/call/endpoint.ts"],
  [
    "cleaning-knows-no-protocol",
    "src/domain/cleaning/b.ts",
    "src/domain/protocols/openai-chat/slots.ts",
  ],
  [
    "protocols-do-not-know-each-other",
    "src/domain/protocols/ollama/a.ts",
    "src/domain/protocols/openai-chat/events.ts",
  ],
  ["pipeline-knows-no-store", "src/adapters/logs/pipeline/a.ts", "src/adapters/logs/sqlite/x.ts"],
  ["worker-knows-no-store", "src/adapters/logs/worker/a.ts", "src/adapters/logs/sqlite/x.ts"],
  [
    "stores-do-not-know-the-worker",
    "src/adapters/logs/sqlite/a.ts",
    "src/adapters/logs/worker/x.ts",
  ],
  ["bodies-know-no-store", "src/adapters/logs/bodies/a.ts", "src/adapters/logs/sqlite/x.ts"],
  ["wiring-in-one-place", "src/app/usecases/servers/a.ts", "src/adapters/clock/system-clock.ts"],
  ["one-orchestrator", "src/app/usecases/log/b.ts", "src/ports/upstream.ts"],
  ["src-does-not-know-tests", "src/domain/bytes/b.ts", "tests/lab/x.ts"],
];

let folder = "";
let said = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "smolrouter-rules-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [, , to] of broken) write(to, "export const there = 1;\n");
  for (const [, from, to] of broken)
    write(
      from,
      `export { there } from "${relative(dirname(from), to).replace(/^(?!\.)/, "./")}";\n`,
    );
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const config = join(root, ".dependency-cruiser.cjs");
  const command = [
    process.execPath,
    "x",
    "--bun",
    "--no-install",
    "depcruise",
    "-c",
    config,
    "src",
  ];
  const child = Bun.spawn(command, { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  said = out + err;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(broken)("%s is broken by %s", (rule, from, to) => {
  expect(said).toContain(`error ${rule}: ${from} → ${to}`);
});
