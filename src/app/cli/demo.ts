// `smolrouter demo`: built-in model servers, a router in front of them, and real requests through it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FakeModel } from "../../adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../adapters/fake-model/start-fake-model.ts";
import { demoRequests, type DemoResult } from "./demo-requests.ts";
import type { DemoCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { type Serving, startServing } from "./serve.ts";

/** Runs the demo; resolves to the exit code once it is over. */
export async function runDemo({ once, port }: DemoCommand, io: CommandIo): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-demo-"));
  const models = await startModels();
  const stopAll = async (serving: Serving | null) => {
    await serving?.stop();
    await Promise.all(models.map((model) => model.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  const env = { ...io.env, ...demoEnvironment(folder, models) };
  const serving = await startServing({ port, orNextPort: true }, { ...io, env });
  if (serving === null) {
    await stopAll(null);
    return 1;
  }
  io.print(`two model servers: steady answers, flaky fails on purpose; the router: ${serving.url}`);
  io.print("");
  if (serving.insteadOf !== null)
    io.print(
      `port ${serving.insteadOf} is taken: something else listens there, so the demo took the next free one`,
    );
  let passed = 0;
  for (const request of demoRequests) {
    const result = await request(serving.url);
    if (result.passed) passed++;
    for (const line of resultLines(result)) io.print(line);
  }
  io.print("");
  io.print(`${passed} of ${demoRequests.length} requests passed`);
  const failed = passed < demoRequests.length;
  if (!once) {
    io.print(`see them at ${serving.url}/   (Ctrl-C ends the demo)`);
    await serving.stopped;
  }
  await stopAll(serving);
  return failed ? 1 : 0;
}

async function startModels(): Promise<readonly [steady: FakeModel, flaky: FakeModel]> {
  return Promise.all([
    startFakeModel({
      name: "steady",
      models: ["smol-chat", "smol-think"],
      failing: { kind: "answer", betweenMs: 15 },
    }),
    startFakeModel({
      name: "flaky",
      kind: "openai",
      models: ["smol-chat"],
      failing: { kind: "status", status: 503 },
    }),
  ]);
}

function demoEnvironment(folder: string, [steady, flaky]: readonly [FakeModel, FakeModel]) {
  const routes = join(folder, "routes.yaml");
  writeFileSync(
    routes,
    `servers:
  steady: { url: "${steady.url}", type: ollama }
  flaky: "${flaky.url}"
aliases:
  assistant:
    instances: ["flaky/smol-chat", "steady/smol-chat"]
`,
  );
  return {
    DEFAULT_UPSTREAM: steady.url,
    MODEL_MAP: '{"gpt-4": "smol-chat"}',
    ROUTES_CONFIG: routes,
    DB_PATH: join(folder, "requests.db"),
    BLOB_STORAGE_PATH: join(folder, "blobs"),
  };
}

function resultLines({ passed, title, detail }: DemoResult): readonly string[] {
  return [`${passed ? "ok    " : "FAILED"}  ${title}`, `        ${detail}`];
}
