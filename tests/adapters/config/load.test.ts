import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration } from "../../../src/adapters/config/load.ts";
import { problemLine } from "../../../src/adapters/config/problem-line.ts";
import { overrideKeys } from "../../../src/domain/config/parse-overrides.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smolrouter-config-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const load = (env: Record<string, string>, config?: string) => {
  const loaded = loadConfiguration(env, { terminal: false, config });
  return "problems" in loaded ? loaded.problems.map(problemLine) : loaded.routing;
};

describe("the routes file", () => {
  test("is YAML, or JSON where its name says so", () => {
    const yaml = write("a.yaml", "servers: { a: http://a } # yes\n");
    const json = write("b.JSON", '{\n\t"servers": { "a": "http:\\/\\/a" }\n}');
    for (const path of [yaml, json])
      expect(load({ ROUTES_CONFIG: path })).toMatchObject({
        servers: new Map([["a", { baseUrl: "http://a" }]]),
      });
  });

  test("is not YAML where its name says JSON", () => {
    const path = write("c.json", "{\n  servers: {}\n}");
    expect(load({ ROUTES_CONFIG: path })).toEqual([
      `${path}:2:3: Unresolved plain scalar "servers"`,
    ]);
  });

  test("tells of a duplicate key in JSON", () => {
    const path = write("d.json", '{"servers": {"a": "http://a",\n "a": "http://b"}}');
    expect(load({ ROUTES_CONFIG: path })).toEqual([
      `${path}:2:2: duplicate key "a" (first on line 1)`,
    ]);
  });

  test("may begin with a byte order mark and use CRLF", () => {
    const path = write("e.yaml", "\uFEFFservers:\r\n  a: http://a\r\n  b: x\r\n");
    expect(load({ ROUTES_CONFIG: path })).toEqual([
      `${path}:3:6: server "b": "x" must begin with http:// or https://`,
    ]);
  });

  test("missing at a path that was set is a problem", () => {
    const path = join(folder, "none.yaml");
    expect(load({ ROUTES_CONFIG: path })).toEqual([`${path}: there is no such file`]);
    expect(load({}, path)).toEqual([`${path}: there is no such file`]);
  });

  test("missing at the default path is none", async () => {
    const child = Bun.spawn(
      [
        process.execPath,
        "-e",
        `
        import { loadConfiguration } from ${JSON.stringify(join(import.meta.dir, "../../../src/adapters/config/load.ts"))};
        const loaded = loadConfiguration({}, { terminal: false });
        console.log("routing" in loaded && loaded.routing.servers.size);`,
      ],
      { cwd: folder, stdout: "pipe", stderr: "pipe" },
    );
    expect(await child.stdout.text()).toBe("0\n");
  });

  test("that cannot be read is a problem", () => {
    expect(load({ ROUTES_CONFIG: folder })).toEqual([
      `${folder}: the file cannot be read (EISDIR)`,
    ]);
    const path = write("f.yaml", new Uint8Array([0x61, 0xff, 0xfe]));
    expect(load({ ROUTES_CONFIG: path })).toEqual([`${path}: the file is not UTF-8 text`]);
  });

  test("its problems come together with the environment's", () => {
    const path = write("g.yaml", "servers: { a: nope }");
    expect(load({ ROUTES_CONFIG: path, LISTEN_PORT: "x" })).toEqual([
      "environment: LISTEN_PORT=x: must be a whole number from 0 to 65535",
      `${path}:1:15: server "a": "nope" must begin with http:// or https://`,
    ]);
  });

  test("a flag wins over the variable", () => {
    const path = write("h.yaml", "servers: { a: http://a }");
    expect(load({ ROUTES_CONFIG: "/nowhere" }, path)).toMatchObject({
      servers: new Map([["a", {}]]),
    });
  });
});

describe("the example files", () => {
  const root = join(import.meta.dir, "../../..");
  const example = join(root, "routes.yaml.example");
  const enhanced = join(root, "routes.yaml.enhanced");

  test("are valid", () => {
    expect(load({ ROUTES_CONFIG: example })).toMatchObject({ rules: [{}, {}, {}] });
    expect(load({ ROUTES_CONFIG: enhanced, HOSTED_KEY: "k" })).toMatchObject({
      rules: [{}, {}, {}, {}, {}],
    });
  });

  test("the large one shows every key", async () => {
    const text = await Bun.file(enhanced).text();
    const own =
      "url type api_key max_concurrency max_queue headers ca insecure proxy instances server model source_host path user header upstream prices input cached output";
    const keys = [...overrideKeys, ...own.split(" ")];
    for (const key of keys) expect(text).toMatch(new RegExp(`(^|[\\s{])${key}:`));
  });
});
