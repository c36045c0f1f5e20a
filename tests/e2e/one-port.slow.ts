// A port that is taken: the router refuses, the demo moves on, and both say so.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programCommand } from "../lab/program.ts";
import { withRouter } from "../lab/start-router.ts";

async function run(args: readonly string[], env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-port-"));
  const child = Bun.spawn([...programCommand, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  rmSync(folder, { recursive: true });
  return { out, err, code };
}

test("a second router on the port of the first does not start, and says which variable to change", () =>
  withRouter({}, async ({ url }) => {
    const { port } = new URL(url);
    for (const host of ["127.0.0.1", "localhost", "0.0.0.0", "::"]) {
      const { code, err } = await run([], { LISTEN_PORT: port, LISTEN_HOST: host });
      expect(code).toBe(1);
      expect(err).toContain(`LISTEN_PORT=${port}: port ${port} is taken`);
    }
  }));

test("that a port is taken is reported together with all else that is wrong", () =>
  withRouter({}, async ({ url }) => {
    const { port } = new URL(url);
    const { code, err } = await run([], { LISTEN_PORT: port, MODEL_MAP: "{" });
    expect(code).toBe(1);
    expect(err).toContain("LISTEN_PORT=");
    expect(err).toContain("MODEL_MAP=");
  }));

test("the demo takes the next free port and says so", () =>
  withRouter({}, async ({ url }) => {
    const { port } = new URL(url);
    const { code, out } = await run(["demo", "--once"], { LISTEN_PORT: port });
    expect(code).toBe(0);
    expect(out).toContain(`port ${port} is taken`);
    expect(out).toMatch(/the router: http:\/\/127\.0\.0\.1:\d+/);
    expect(out).not.toContain(`the router: ${url}\n`);
  }));
