import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variables } from "../../../src/adapters/config/variables.ts";
import { parseCommand } from "../../../src/app/cli/args.ts";
import { runCheck } from "../../../src/app/cli/check.ts";
import { runExplain } from "../../../src/app/cli/explain.ts";
import type { AskRouter } from "../../../src/app/cli/running-router.ts";
import { commandNames } from "../../../src/app/cli/help.ts";
import type { UpstreamState } from "../../../src/ports/browse.ts";
import { sampleUpstream } from "../../adapters/pages/sample.ts";

describe("the command line", () => {
  test.each<[string, object]>([
    ["", { kind: "serve", port: undefined, host: undefined, config: undefined }],
    ["serve", { kind: "serve" }],
    ["--port 80 --host ::1", { kind: "serve", port: "80", host: "::1" }],
    ["serve --config=r.yaml", { kind: "serve", config: "r.yaml" }],
    ["demo", { kind: "demo", once: false }],
    ["demo --once --port 0", { kind: "demo", once: true, port: "0" }],
    ["check", { kind: "check", file: undefined }],
    ["check r.yaml", { kind: "check", file: "r.yaml" }],
    [
      "explain --model m",
      { kind: "explain", model: "m", source: "127.0.0.1", path: "/v1/chat/completions" },
    ],
    ["explain m", { kind: "explain", model: "m" }],
    ["check --config new.yaml", { kind: "check", file: "new.yaml" }],
    [
      "explain --model m --source fe80::1 --path /api/chat",
      { kind: "explain", source: "fe80::1", path: "/api/chat" },
    ],
    ["token --sub ada", { kind: "token", sub: "ada", lifetimeMs: null }],
    ["token --sub ada --expires 30d", { kind: "token", lifetimeMs: 30 * 86_400_000 }],
    ["check --json", { kind: "check", json: true }],
    [
      "explain --model m --user ada --header X-Team:lab",
      { kind: "explain", user: "ada", headers: [["x-team", "lab"]] },
    ],
    ["selftest", { kind: "selftest", config: undefined, json: false }],
    ["selftest --config r.yaml --json", { kind: "selftest", config: "r.yaml", json: true }],
    ["init --config r.yaml --force", { kind: "init", config: "r.yaml", force: true }],
    ["backtest new.yaml", { kind: "backtest", file: "new.yaml", sinceMs: 7 * 86_400_000 }],
    ["backtest new.yaml --since all --json", { kind: "backtest", sinceMs: null, json: true }],
    [
      "copy a.db DATABASE_URL",
      { kind: "copy", from: "a.db", to: "DATABASE_URL", sinceMs: null, fromBlobs: undefined },
    ],
    [
      "copy a.db b.db --since 12h --from-blobs x --to-blobs s3",
      { kind: "copy", sinceMs: 12 * 3_600_000, fromBlobs: "x", toBlobs: "s3" },
    ],
    ["completion fish", { kind: "completion", shell: "fish" }],
    ["help explain", { kind: "help" }],
    ["help", { kind: "help" }],
    ["--version", { kind: "version" }],
  ])("%p", (line, command) => {
    expect(parseCommand(line.split(" ").filter(Boolean))).toMatchObject(command);
  });

  test.each([
    [
      "srve",
      'unknown command "srve" (did you mean "serve"?)',
      "usage: smolrouter [serve|init|demo|check|explain|selftest|backtest|copy|token|completion]",
    ],
    ["token", "--sub is missing", "usage: smolrouter token --sub NAME"],
    [
      "token --sub a --expires soon",
      '--expires: "soon" is not a time; write 30d, 12h, 90m or 60s',
      "usage: smolrouter token",
    ],
    [
      "token --sub a --expires 0d",
      '--expires: "0d" is not a time; write 30d, 12h, 90m or 60s',
      "usage: smolrouter token",
    ],
    ["--prot 80", "Unknown option '--prot'", "usage: smolrouter [serve]"],
    ["serve --once", "Unknown option '--once'", "usage: smolrouter [serve]"],
    ["serve extra", "Unexpected argument 'extra'", "usage: smolrouter [serve]"],
    ["--port", "Option '--port <value>' argument missing", "usage: smolrouter [serve]"],
    ["demo --host x", "Unknown option '--host'", "usage: smolrouter demo"],
    ["backtest", "the file to try is missing", "usage: smolrouter backtest FILE"],
    ["backtest a b", "backtest takes one file", "usage: smolrouter backtest FILE"],
    [
      "backtest a --since then",
      '--since: "then" is not a time; write 7d, 12h, 90m or all',
      "usage: smolrouter backtest FILE",
    ],
    ["copy a.db", "say from where and to where", "usage: smolrouter copy FROM TO"],
    ["copy a b c", "copy takes two logs", "usage: smolrouter copy FROM TO"],
    [
      "copy a b --since then",
      '--since: "then" is not a time; write 7d, 12h, 90m or all',
      "usage: smolrouter copy FROM TO",
    ],
    ["completion tcsh", "say which shell: bash, zsh, fish", "usage: smolrouter completion"],
    ["help nonsense", 'unknown command "nonsense"', "usage: smolrouter [serve|"],
    [
      "explain --model m --header lab",
      '--header: write "Name: value", not "lab"',
      "usage: smolrouter explain",
    ],
    ["check a b", "check takes one file", "usage: smolrouter check"],
    ["explain", "the model is missing", "usage: smolrouter explain"],
    ["explain --model m n", "explain takes one model", "usage: smolrouter explain"],
    ["check a.yaml --config b.yaml", "check takes one file", "usage: smolrouter check"],
    [
      "explain --model m --source here",
      '--source: "here" is not an IP address',
      "usage: smolrouter explain",
    ],
    ["explain --model m --path x", '--path: "x" must begin with /', "usage: smolrouter explain"],
  ])("%p is misuse: it is reported with a usage line", (line, message, usage) => {
    const command = parseCommand(line.split(" "));
    if (command.kind !== "misuse") throw new Error(command.kind);
    const [first, second, ...more] = command.text.split("\n");
    expect(first).toBe(`smolrouter: ${message}`);
    expect(second).toStartWith(usage);
    expect(more).toEqual([]);
  });

  test.each([...commandNames])("%s has --help and -h", (name) => {
    for (const flag of ["--help", "-h"]) {
      const command = parseCommand([name, flag]);
      if (command.kind !== "help") throw new Error(command.kind);
      expect(command.text).toContain(`smolrouter ${name === "serve" ? "[serve]" : name}`);
    }
  });

  test("--help names every variable", () => {
    const command = parseCommand(["--help"]);
    if (command.kind !== "help") throw new Error(command.kind);
    for (const name of Object.keys(variables)) expect(command.text).toContain(`  ${name} (`);
  });
});

describe("check and explain", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "smolrouter-cli-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const file = (text: string): string => {
    const path = join(folder, "routes.yaml");
    writeFileSync(path, text);
    return path;
  };

  /** What these commands have to say is their result: it goes to stdout. */
  const unexpected = (line: string): never => {
    throw new Error(`on stderr: ${line}`);
  };

  const nobody: AskRouter = () =>
    Promise.resolve({ kind: "unknown", why: "no router answers at http://127.0.0.1:1" });

  async function run(
    line: readonly string[],
    env: Record<string, string> = {},
    ask: AskRouter = nobody,
  ) {
    const printed: string[] = [];
    const io = {
      env,
      terminal: false,
      print: (text: string) => printed.push(text),
      complain: unexpected,
    };
    const command = parseCommand(line);
    if (command.kind === "check") return { code: await runCheck(command, io), printed };
    if (command.kind === "explain") return { code: await runExplain(command, io, ask), printed };
    throw new Error(command.kind);
  }

  test("check counts what a valid file holds", async () => {
    const path = file(`
servers: { a: http://a, b: http://b }
aliases: { x: { instances: [a] } }`);
    expect(await run(["check", path])).toEqual({
      code: 0,
      printed: ["ok: 2 servers, 1 alias, 0 routes"],
    });
    expect((await run(["check"], { ROUTES_CONFIG: path })).code).toBe(0);
  });

  test("check says a month's budget", async () => {
    const path = file("prices: { monthly_budget: 49.5 }");
    expect((await run(["check", path])).printed).toEqual([
      "ok: 0 servers, 0 aliases, 0 routes",
      "ok: all calls go to the default upstream, http://localhost:8000",
      "ok: a budget of $49.5 a month",
    ]);
    const [asJson = ""] = (await run(["check", path, "--json"])).printed;
    expect(JSON.parse(asJson)).toMatchObject({ valid: true, monthly_budget: 49.5 });
  });

  test("check prints every problem of environment and file, and exits 1", async () => {
    const path = file("servers: { a: nope }\nroute: []");
    expect(await run(["check", path], { LOG_LEVEL: "x" })).toEqual({
      code: 1,
      printed: [
        "environment: LOG_LEVEL=x: must be one of error, warn, info, debug",
        `${path}:1:15: server "a": "nope" must begin with http:// or https://`,
        `${path}:2:1: unknown key "route" in the routes file (did you mean "routes"?)`,
      ],
    });
  });

  test("check warns of a variable that looks like one of ours, which is not a problem by itself", async () => {
    const path = file("");
    const env = { LISTEN_PROT: "80" };
    const { code, printed } = await run(["check", path], env);
    expect(code).toBe(0);
    expect(printed).toEqual([
      "warning: environment: LISTEN_PROT: is not a variable of the router; did you mean LISTEN_PORT?",
      "ok: 0 servers, 0 aliases, 0 routes",
      "ok: all calls go to the default upstream, http://localhost:8000",
    ]);
    const asJson = await run(["check", path, "--json"], env);
    expect(JSON.parse(asJson.printed[0] ?? "")).toMatchObject({
      valid: true,
      warnings: [{ variable: "LISTEN_PROT" }],
    });
    const wrong = await run(["check", path], { ...env, LOG_LEVEL: "x" });
    expect([wrong.code, wrong.printed.length]).toEqual([1, 2]);
  });

  const routes = `
servers: { a: http://a:1, b: http://b:1 }
aliases: { x: { instances: [a/one, b/two] } }
routes:
  - { match: { source_host: 10.0.0.0/8, path: /v1/embeddings }, route: { upstream: b } }`;

  test("explain prints the rule, the reasons and the ordered targets", async () => {
    const env = { ROUTES_CONFIG: file(routes), MODEL_MAP: '{"gpt-4":"x"}' };
    expect(await run(["explain", "--model", "gpt-4"], env)).toEqual({
      code: 0,
      printed: [
        "gpt-4 from 127.0.0.1 to /v1/chat/completions",
        "decided by alias:x:",
        "  - MODEL_MAP renamed gpt-4 to x",
        "  - alias x: 2 instances, tried in order",
        "tried in this order:",
        "  1. a (http://a:1), model one, native chat (type openai); as written",
        "  2. b (http://b:1), model two, native chat (type openai); as written",
        "no router answers at http://127.0.0.1:1: it is not known which servers are cooling down",
      ],
    });
  });

  test("explain says what changes the requests, and what the answers have to have", async () => {
    const keys = 'require: [content, json], params: { set: { user: "${WHO}" }, drop: [seed] }';
    const env = {
      ROUTES_CONFIG: file(routes.replace("{ instances", `{ ${keys}, instances`)),
      WHO: "secret",
    };
    const { printed } = await run(["explain", "--model", "x"], env);
    expect(printed.join("\n")).toContain(
      '; its answer has to have content, json; params: set user = "${WHO}", drop seed\n',
    );
    const { printed: json } = await run(["explain", "--model", "x", "--json"], env);
    expect(JSON.parse(json.join("\n"))).toMatchObject({
      targets: [{ require: ["content", "json"], params: ['set user = "${WHO}"', "drop seed"] }, {}],
    });
  });

  test("explain says after how long the next is asked as well, but of the last", async () => {
    const env = {
      ROUTES_CONFIG: file(routes.replace("{ instances", "{ race_after: 1.5, instances")),
    };
    const { printed } = await run(["explain", "--model", "x"], env);
    const places = printed.filter((line) => /^  \d\./.test(line));
    expect(
      places.map((line) => line.endsWith("after 1.5 s without content the next as well")),
    ).toEqual([true, false]);
    const said = await run(["explain", "--model", "x", "--json"], env);
    expect(JSON.parse(said.printed[0] ?? "")).toMatchObject({
      targets: [{ race_after: 1.5 }, { race_after: 1.5 }],
    });
  });

  test("explain asks as the client given would", async () => {
    const env = { ROUTES_CONFIG: file(routes) };
    const line = ["explain", "--model", "m", "--source", "10.1.2.3", "--path", "/v1/embeddings"];
    expect((await run(line, env)).printed).toContain("decided by rule:1:");
    expect((await run(line.slice(0, 5), env)).printed).toContain("decided by default:");
  });

  test("explain says what only a running router knows", async () => {
    const { printed } = await run(["explain", "--model", "m"], { ROUTES_CONFIG: file(routes) });
    expect(printed.at(-1)).toContain("or which list the model");
    const alone = await run(["explain", "--model", "m"], { ROUTES_CONFIG: file("") });
    expect(alone.printed.at(-2)).toBe(
      "  1. default (http://localhost:8000), model m, native chat (type openai)",
    );
  });

  test("explain puts those last that cool down at the running router, and knows its lists", async () => {
    const env = { ROUTES_CONFIG: file(routes) };
    const state = (name: string, more: Partial<UpstreamState>) =>
      sampleUpstream({ name, url: `http://${name}:1`, models: [], ...more });
    const upstreams = [
      state("a", { state: "resting", models: ["m"] }),
      state("b", { state: "well", active: 1, max_concurrency: 1, models: ["m"] }),
    ];
    const knows: AskRouter = () =>
      Promise.resolve({ kind: "knows", url: "http://127.0.0.1:1", upstreams });
    const { printed } = await run(["explain", "--model", "x"], env, knows);
    expect(printed.slice(-4)).toEqual([
      "tried in this order:",
      "  1. a (http://a:1), model one, native chat (type openai); cooling down: tried last",
      "  2. b (http://b:1), model two, native chat (type openai); busy: tried if no other is free",
      "with the server states of the router at http://127.0.0.1:1",
    ]);
    const listed = await run(["explain", "--model", "m"], env, knows);
    expect(listed.printed[1]).toBe("decided by discovered:");
    const asJson = await run(["explain", "--model", "m", "--json"], env, knows);
    expect(JSON.parse(asJson.printed[0] ?? "")).toMatchObject({
      targets: [
        { upstream: "a", rests: true, full: false },
        { upstream: "b", rests: false, full: true },
      ],
      depends_on_discovery: false,
      router: "http://127.0.0.1:1",
    });
  });

  test("explain orders by load and memory as the running router reports them, and without one says what it does not know", async () => {
    const env = {
      ROUTES_CONFIG: file(`
servers: { a: http://a:1, b: http://b:1 }
aliases:
  busy: { balance: spread, instances: [a/m, { server: b, model: m, weight: 2 }] }
  warm: { balance: warm, instances: [a/m, b/m] }`),
    };
    const state = (name: string, more: Partial<UpstreamState>) =>
      sampleUpstream({ name, url: `http://${name}:1`, models: ["m"], ...more });
    const upstreams = [
      state("a", { active: 1, loaded: [] }),
      state("b", {
        active: 4,
        loaded: [{ name: "m:latest", state: "loaded", size: 1, until: null }],
      }),
    ];
    const knows: AskRouter = () =>
      Promise.resolve({ kind: "knows", url: "http://127.0.0.1:1", upstreams });
    const places = async (model: string, ask: AskRouter) => {
      const { printed } = await run(["explain", "--model", model], env, ask);
      return printed
        .slice(printed.indexOf("tried in this order:") + 1)
        .map((line) => line.replace(/ \(http.*\(type openai\)/, ""));
    };
    expect(await places("busy", knows)).toEqual([
      "  1. a; least busy: 1 running, weight 1",
      "  2. b; would be busier: 4 running, weight 2",
      "with the server states of the router at http://127.0.0.1:1",
    ]);
    expect(await places("warm", knows)).toEqual([
      "  1. b; has the model loaded",
      "  2. a; does not have the model loaded",
      "with the server states of the router at http://127.0.0.1:1",
    ]);
    expect(await places("busy", nobody)).toEqual([
      "  1. b; weight 2; how busy it is, is not known",
      "  2. a; weight 1; how busy it is, is not known",
      "no router answers at http://127.0.0.1:1: it is not known which servers are cooling down, or how busy they are",
    ]);
    expect((await places("warm", nobody)).at(-1)).toContain("or what they have loaded");
  });

  test("explain asks with the user and headers given", async () => {
    const env = {
      ROUTES_CONFIG: file(`
servers: { a: "http://a:1" }
routes: [{ match: { user: ada, header: { X-Team: lab } }, route: { upstream: a } }]`),
    };
    const line = ["explain", "--model", "m", "--user", "ada", "--header", "x-team: lab"];
    expect((await run(line, env)).printed).toContain("decided by rule:1:");
    expect((await run(line.slice(0, 5), env)).printed).toContain("decided by default:");
  });

  test("--json says for programs what is otherwise said in words", async () => {
    const path = file(routes);
    const json = async (line: string): Promise<unknown> => {
      const { code, printed } = await run(line.split(" "), { ROUTES_CONFIG: path });
      expect(printed).toHaveLength(1);
      return { code, ...(JSON.parse(printed[0] ?? "") as object) };
    };
    expect(await json("check --json")).toEqual({
      code: 0,
      valid: true,
      problems: [],
      servers: 2,
      aliases: 1,
      routes: 1,
    });
    const native = {
      protocol: "native",
      protocol_reason: "type",
      race_after: null,
      require: [],
      params: [],
    };
    expect(await json("explain --model x --json")).toEqual({
      code: 0,
      model: "x",
      source: "127.0.0.1",
      path: "/v1/chat/completions",
      route: "alias:x",
      because: ["alias x: 2 instances, tried in order"],
      targets: [
        { upstream: "a", url: "http://a:1", model: "one", ...native, reasons: ["as written"] },
        { upstream: "b", url: "http://b:1", model: "two", ...native, reasons: ["as written"] },
      ],
      depends_on_discovery: false,
      router: null,
    });
    file("servers: []");
    const message = "servers must be a mapping, not a list";
    const problems = [{ file: path, line: 1, column: 10, message }];
    expect(await json("check --json")).toEqual({ code: 1, valid: false, problems });
    expect(await json("explain --model x --json")).toEqual({ code: 1, problems });
  });

  test("explain with a configuration that has problems prints them and exits 1", async () => {
    const path = file("servers: []");
    expect(await run(["explain", "--model", "m", "--config", path])).toEqual({
      code: 1,
      printed: [`${path}:1:10: servers must be a mapping, not a list`],
    });
  });
});
