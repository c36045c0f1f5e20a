import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { loadConfiguration } from "../../../src/adapters/config/load.ts";
import { runInit } from "../../../src/app/cli/init.ts";
import { firstRoutesFile, localServers } from "../../../src/domain/config/local-servers.ts";
import { plainServer } from "../../../src/domain/routing/plain-server.ts";
import { parseServerUrl } from "../../../src/domain/config/server-url.ts";
import { freePort } from "../../lab/free-port.ts";
import { withRouter } from "../../lab/start-router.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";
import { withFakes } from "../../lab/with-fakes.ts";

/** A place to look at, as one of the usual ones. */
function place(name: string, url: string) {
  const parsed = parseServerUrl(url);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return { program: name.toUpperCase(), server: plainServer(name, parsed) };
}

function io(folder: string) {
  const printed: string[] = [];
  const complained: string[] = [];
  return {
    printed,
    complained,
    env: { ROUTES_CONFIG: join(folder, "routes.yaml") },
    terminal: false,
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
  };
}

const plainly = { kind: "init", config: undefined, force: false } as const;

test("init finds the servers that answer with models, writes them down and says how to go on", () =>
  withTempFolder((folder) =>
    withFakes({ one: { models: ["m2", "m1"] }, two: { models: [] } }, async ({ one, two }) => {
      const reported = io(folder);
      const dead = `http://127.0.0.1:${await freePort()}`;
      const places = [place("one", one.url), place("two", two.url), place("gone", dead)];
      expect(await runInit(plainly, reported, places)).toBe(0);
      expect(reported.printed.join("\n")).toContain(`found   ONE (${one.url}): m1, m2`);
      expect(reported.printed).toContain(`nothing GONE (${dead})`);
      expect(reported.printed.at(-1)).toContain(`DEFAULT_UPSTREAM=${one.url} smolrouter`);
      const loaded = loadConfiguration(reported.env, { terminal: false });
      if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
      const urls = [...loaded.routing.servers.values()].map(({ baseUrl }) => baseUrl);
      expect(urls).toEqual([one.url, two.url]);
    }),
  ));

test("init names the command that works: the one by which it was started itself", () =>
  withTempFolder((folder) =>
    withFakes({ one: { models: ["m"] } }, async ({ one }) => {
      const reported = { ...io(folder), startedAs: "bun run start" };
      expect(await runInit(plainly, reported, [place("one", one.url)])).toBe(0);
      expect(reported.printed.at(-1)).toBe(`  DEFAULT_UPSTREAM=${one.url} bun run start`);
    }),
  ));

test("init does not take a running router for a model server", () =>
  withTempFolder((folder) =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async ({ url }) => {
        const reported = io(folder);
        expect(await runInit(plainly, reported, [place("lmstudio", url)])).toBe(0);
        expect(reported.printed).toContain(`skipped ${url}: a router listens there`);
        expect(readFileSync(reported.env.ROUTES_CONFIG, "utf8")).not.toContain(url);
      }),
    ),
  ));

test("init replaces a file only with --force", () =>
  withTempFolder(async (folder) => {
    const reported = io(folder);
    writeFileSync(reported.env.ROUTES_CONFIG, "mine");
    expect(await runInit(plainly, reported, [])).toBe(1);
    expect(reported.complained[0]).toContain("--force");
    expect(readFileSync(reported.env.ROUTES_CONFIG, "utf8")).toBe("mine");
    expect(await runInit({ ...plainly, force: true }, reported, [])).toBe(0);
    expect(readFileSync(reported.env.ROUTES_CONFIG, "utf8")).toContain("aliases");
  }));

test("init says what to do where it cannot write", () =>
  withTempFolder(async (folder) => {
    const reported = io(folder);
    const config = join(folder, "missing/routes.yaml");
    expect(await runInit({ ...plainly, config }, reported, [])).toBe(1);
    expect(reported.complained.join("\n")).toMatch(/cannot be written.*ENOENT[^]*--config/);
    expect(existsSync(config)).toBe(false);
  }));

test.each([0, 1, 2, 5])(
  "with %p servers found, the file is valid, its examples uncommented too",
  (count) =>
    withTempFolder(async (folder) => {
      const found = localServers.slice(0, count).map((one) => ({
        ...one,
        models: ["a # b", 'quo"te', "line\nbreak: x", "4", "5", "6", "7"],
      }));
      const text = firstRoutesFile(found);
      if (count > 0) expect(text).toContain("and 1 more");
      const path = join(folder, "routes.yaml");
      const examples = text.replace(/^#(?=[a-z]| {2})/gm, "");
      for (const version of [text, examples]) {
        writeFileSync(path, version);
        const loaded = loadConfiguration(
          { ROUTES_CONFIG: path, ANTHROPIC_API_KEY: "k" },
          { terminal: false },
        );
        if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems) + version);
        expect(loaded.routing.rules.length).toBe(version === text ? 0 : 2);
        expect(loaded.routing.aliases.size).toBe(version === text ? 0 : 1);
      }
    }),
);
