// The binary by itself, in an empty folder: everything it needs is inside.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogDetail, LogPage } from "../../src/ports/browse.ts";

const root = resolve(import.meta.dir, "../..");
const binary = join(root, "dist/smolrouter");
let folder: string;

beforeAll(() => {
  const built = Bun.spawnSync([process.execPath, "scripts/build.ts"], { cwd: root });
  expect(built.exitCode).toBe(0);
  folder = mkdtempSync(join(tmpdir(), "smolrouter-binary-"));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of the binary to its end. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const done = Bun.spawnSync([binary, ...args], { cwd: folder, env: { LISTEN_PORT: "0", ...env } });
  return { code: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
}

/** The address in the start-up line. */
async function addressOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stderr) {
    text += new TextDecoder().decode(chunk);
    const address = /http:\/\/[\d.:]+/.exec(text)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`no address in: ${text}`);
}

test("demo --once works and leaves nothing behind", () => {
  const { code, out } = run(["demo", "--once"]);
  expect(out).toMatch(/(\d+) of \1 requests went as they should/);
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
}, 30_000);

test("check, explain and --version answer; misuse exits 2", () => {
  expect(run(["check"])).toMatchObject({ code: 0, out: "ok: 0 servers, 0 aliases, 0 routes\n" });
  expect(run(["explain", "--model", "m"]).out).toContain("default");
  expect(run(["--version"]).out).toMatch(/^smolrouter \d+\.\d+\.\d+ \(\S+, \S+\)\n$/);
  expect(run(["--nonsense"]).code).toBe(2);
});

test("a .env file of the folder it is started in is none of its business", () => {
  writeFileSync(join(folder, ".env"), "DEFAULT_UPSTREAM=nonsense\n");
  expect(run(["check"]).code).toBe(0);
  rmSync(join(folder, ".env"));
});

test("serve answers a call, logs it, shows it, and ends on SIGTERM", async () => {
  const fake = await startFakeModel({ name: "a", models: ["m"] });
  const serving = Bun.spawn([binary], {
    cwd: folder,
    env: { LISTEN_PORT: "0", DEFAULT_UPSTREAM: fake.url },
    stderr: "pipe",
  });
  try {
    const url = await addressOf(serving.stderr);
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}',
    });
    const answer = await response.text();
    expect(answer).toEndWith("data: [DONE]\n\n");
    const { logs } = (await (await fetch(`${url}/api/logs`)).json()) as LogPage;
    expect(logs).toHaveLength(1);
    const detail = (await (await fetch(`${url}/api/logs/${logs[0]!.id}`)).json()) as LogDetail;
    expect(detail.response_body).toBe(answer);
    const page = await (await fetch(url)).text();
    expect(page).toContain(logs[0]!.id);
    for (const [, asset] of page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g))
      expect((await fetch(url + asset!)).status).toBe(200);
    serving.kill("SIGTERM");
    expect(await serving.exited).toBe(0);
    expect(readdirSync(folder)).toContain("requests.db");
  } finally {
    serving.kill("SIGKILL");
    await fake.stop();
  }
}, 30_000);
