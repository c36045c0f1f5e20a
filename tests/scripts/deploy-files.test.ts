// Dockerfile, compose file and systemd unit name only what exists.
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "bun:test";
import { parse } from "yaml";
import { loadConfiguration } from "../../src/adapters/config/load.ts";
import { variables } from "../../src/adapters/config/variables.ts";
import { freePort } from "../lab/free-port.ts";
import { withRouter } from "../lab/start-router.ts";
import { withTempFolder } from "../lab/temp-folder.ts";

const root = resolve(import.meta.dir, "../..");
const read = (path: string) => Bun.file(join(root, path)).text();
const known = Object.keys(variables);

const dockerfile = (await read("Dockerfile")).replaceAll(/\\\n/g, " ");
const compose = parse(await read("examples/compose.yaml")) as {
  readonly services: {
    readonly smolrouter: {
      readonly build: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly volumes: readonly string[];
    };
  };
};
const scale = parse(await read("examples/scale/compose.yaml"), { merge: true }) as {
  readonly services: Readonly<
    Record<string, { readonly environment: Readonly<Record<string, string>> }>
  >;
};
const unit = await read("docs/examples/smolrouter.service");

test("every variable they set is one that the router reads", () => {
  const set = [
    ...[...dockerfile.matchAll(/\b([A-Z_]+)=\S+/g)].map((match) => match[1]!),
    ...Object.keys(compose.services.smolrouter.environment),
    ...Object.keys(scale.services["router-1"]!.environment),
    ...[...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map((match) => match[1]!),
  ].filter((name) => name !== "GIT_COMMIT");
  expect(set.length).toBeGreaterThan(8);
  for (const name of set) expect(known).toContain(name);
});

test("what the Dockerfile copies exists and reaches the build", async () => {
  const reaching = [...(await read(".dockerignore")).matchAll(/^!(.+)$/gm)].map(
    (match) => match[1]!,
  );
  for (const path of [...reaching, "bun.lock"]) expect(existsSync(join(root, path))).toBe(true);
  const { scripts } = JSON.parse(await read("package.json")) as { scripts: Record<string, string> };
  expect(dockerfile).toContain("bun run build");
  for (const path of [scripts["build"]!.split(" ").at(-1)!, "src/app/main.ts", "package.json"])
    expect(reaching.some((part) => path.startsWith(part))).toBe(true);
});

test("the Dockerfile's health check passes on a router that runs, and on none that does not", async () => {
  const [, command] =
    /CMD (\[.*\])$/m.exec(dockerfile.slice(dockerfile.indexOf("HEALTHCHECK"))) ?? [];
  const check = (port: string) =>
    Bun.spawn(JSON.parse(command ?? "") as string[], {
      env: { PATH: process.env["PATH"], LISTEN_PORT: port },
      stdio: ["ignore", "ignore", "ignore"],
    }).exited;
  await withRouter({}, async ({ url }) => {
    expect(await check(new URL(url).port)).toBe(0);
  });
  expect(await check(String(await freePort()))).not.toBe(0);
});

test("the compose file's routes file is mounted where the router looks, and valid", () => {
  const { environment, volumes, build } = compose.services.smolrouter;
  expect(build).toBe("..");
  const [folder, target] = volumes[0]!.split(":");
  expect(environment["ROUTES_CONFIG"]).toBe(`${target}/routes.yaml`);
  const path = join(root, "examples", folder!, "routes.yaml");
  const loaded = loadConfiguration({ ...environment, ROUTES_CONFIG: path }, { terminal: false });
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  expect(loaded.routing.servers.size).toBe(1);
});

test("the routers of the scaled example start with what it sets, and differ in their names only", () => {
  const environments = ["router-1", "router-2"].map((name) => scale.services[name]!.environment);
  const filled = environments.map((environment) => {
    const set = Object.entries(environment).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1"),
    ]);
    return Object.fromEntries(set) as Readonly<Record<string, string>>;
  });
  for (const environment of filled) {
    const loaded = loadConfiguration(
      { ...environment, ROUTES_CONFIG: join(root, "examples/config/routes.yaml") },
      { terminal: false },
    );
    if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
    expect(loaded.settings.database?.shown).toBe("postgres:5432/smolrouter");
    expect(loaded.settings.instanceName).toBe(environment["INSTANCE_NAME"]!);
  }
  const { INSTANCE_NAME: _, ...shared } = filled[0]!;
  expect(filled[1]).toMatchObject(shared);
});

test.skipIf(Bun.which("systemd-analyze") === null)("systemd takes the unit", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "smolrouter.service");
    // The binary need not be installed here for the rest to be right.
    writeFileSync(path, unit.replaceAll("/usr/local/bin/smolrouter", process.execPath));
    const done = Bun.spawnSync(["systemd-analyze", "verify", path]);
    expect(done.stderr.toString()).toBe("");
    expect(done.exitCode).toBe(0);
  }),
);
