import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variables } from "../../../src/adapters/config/variables.ts";
import { parseCommand } from "../../../src/app/cli/args.ts";
import { runCheck } from "../../../src/app/cli/check.ts";
import { runExplain } from "../../../src/app/cli/explain.ts";

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
    [
      "explain --model m --source fe80::1 --path /api/chat",
      { kind: "explain", source: "fe80::1", path: "/api/chat" },
    ],
    ["--version", { kind: "version" }],
  ])("%p", (line, command) => {
    expect(parseCommand(line.split(" ").filter(Boolean))).toMatchObject(command);
  });

  test.each([
    [
      "srve",
      'unknown command "srve" (did you mean "serve"?)',
      "usage: smolrouter [serve|demo|check|explain]",
    ],
    ["token", 'unknown command "token"', "usage: smolrouter [serve|demo|check|explain]"],
    ["--prot 80", "Unknown option '--prot'", "usage: smolrouter [serve]"],
    ["serve --once", "Unknown option '--once'", "usage: smolrouter [serve]"],
    ["serve extra", "Unexpected argument 'extra'", "usage: smolrouter [serve]"],
    ["--port", "Option '--port <value>' argument missing", "usage: smolrouter [serve]"],
    ["demo --host x", "Unknown option '--host'", "usage: smolrouter demo"],
    ["check a b", "check takes one file", "usage: smolrouter check"],
    ["explain", "--model is missing", "usage: smolrouter explain"],
    [
      "explain --model m --source here",
      '--source: "here" is no IP address',
      "usage: smolrouter explain",
    ],
    ["explain --model m --path x", '--path: "x" must begin with /', "usage: smolrouter explain"],
  ])("%p is misuse: it is told with a usage line", (line, message, usage) => {
    const command = parseCommand(line.split(" "));
    if (command.kind !== "misuse") throw new Error(command.kind);
    const [first, second, ...more] = command.text.split("\n");
    expect(first).toBe(`smolrouter: ${message}`);
    expect(second).toStartWith(usage);
    expect(more).toEqual([]);
  });

  test.each(["serve", "demo", "check", "explain"])("%s has --help and -h", (name) => {
    for (const flag of ["--help", "-h"]) {
      const command = parseCommand([name, flag]);
      if (command.kind !== "help") throw new Error(command.kind);
      expect(command.text).toContain(`smolrouter ${name === "serve" ? "[serve]" : name}`);
    }
  });

  test("--help names every variable and no feature that is missing", () => {
    const command = parseCommand(["--help"]);
    if (command.kind !== "help") throw new Error(command.kind);
    for (const name of Object.keys(variables)) expect(command.text).toContain(`  ${name} (`);
    expect(command.text).not.toMatch(/JWT_SECRET|DATABASE_URL|s3/);
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

  function run(line: readonly string[], env: Record<string, string> = {}) {
    const printed: string[] = [];
    const io = {
      env,
      terminal: false,
      print: (text: string) => printed.push(text),
      complain: unexpected,
    };
    const command = parseCommand(line);
    if (command.kind === "check") return { code: runCheck(command, io), printed };
    if (command.kind === "explain") return { code: runExplain(command, io), printed };
    throw new Error(command.kind);
  }

  test("check counts what a valid file holds", () => {
    const path = file(`
servers: { a: http://a, b: http://b }
aliases: { x: { instances: [a] } }`);
    expect(run(["check", path])).toEqual({
      code: 0,
      printed: ["ok: 2 servers, 1 alias, 0 routes"],
    });
    expect(run(["check"], { ROUTES_CONFIG: path }).code).toBe(0);
  });

  test("check prints every problem of environment and file, and exits 1", () => {
    const path = file("servers: { a: nope }\nroute: []");
    expect(run(["check", path], { LOG_LEVEL: "x" })).toEqual({
      code: 1,
      printed: [
        "environment: LOG_LEVEL=x: must be one of error, warn, info, debug",
        `${path}:1:15: server "a": "nope" must begin with http:// or https://`,
        `${path}:2:1: unknown key "route" in the routes file (did you mean "routes"?)`,
      ],
    });
  });

  const routes = `
servers: { a: http://a:1, b: http://b:1 }
aliases: { x: { instances: [a/one, b/two] } }
routes:
  - { match: { source_host: 10.0.0.0/8, path: /v1/embeddings }, route: { upstream: b } }`;

  test("explain prints the rule, the reasons and the ordered targets", () => {
    const env = { ROUTES_CONFIG: file(routes), MODEL_MAP: '{"gpt-4":"x"}' };
    expect(run(["explain", "--model", "gpt-4"], env)).toEqual({
      code: 0,
      printed: [
        "gpt-4 from 127.0.0.1 to /v1/chat/completions",
        "decided by alias:x:",
        "  - MODEL_MAP renamed gpt-4 to x",
        "  - alias x: 2 instances, tried in order",
        "tried in this order:",
        "  1. a (http://a:1), model one",
        "  2. b (http://b:1), model two",
      ],
    });
  });

  test("explain asks as the client given would", () => {
    const env = { ROUTES_CONFIG: file(routes) };
    const line = ["explain", "--model", "m", "--source", "10.1.2.3", "--path", "/v1/embeddings"];
    expect(run(line, env).printed).toContain("decided by rule:1:");
    expect(run(line.slice(0, 5), env).printed).toContain("decided by default:");
  });

  test("explain says what only a running router knows", () => {
    const { printed } = run(["explain", "--model", "m"], { ROUTES_CONFIG: file(routes) });
    expect(printed.at(-1)).toContain("known to list the model");
    const alone = run(["explain", "--model", "m"], { ROUTES_CONFIG: file("") });
    expect(alone.printed.at(-1)).toBe("  1. default (http://localhost:8000), model m");
  });

  test("explain with a configuration that has problems prints them and exits 1", () => {
    const path = file("servers: []");
    expect(run(["explain", "--model", "m", "--config", path])).toEqual({
      code: 1,
      printed: [`${path}:1:10: servers must be a mapping, not a list`],
    });
  });
});
