// The selftest as a command: what it says of a configuration, without a call to any of its servers.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { runSelftestCommand } from "../../../src/app/cli/selftest.ts";
import { selftestFaults } from "../../../src/app/cli/selftest/faults.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

interface SaidOfFault {
  readonly fault: string;
  readonly outcome: string;
  readonly waited_ms: number;
  readonly key: string | null;
}

interface Said {
  readonly targets: readonly {
    readonly name: string;
    readonly untried?: string;
    readonly faults: readonly SaidOfFault[];
  }[];
}

function selftest(routes: string, json: boolean, env: Readonly<Record<string, string>> = {}) {
  return withTempFolder(async (folder) => {
    const file = join(folder, "routes.yaml");
    await Bun.write(file, routes);
    const printed: string[] = [];
    const io = {
      env: { ROUTES_CONFIG: file, ...env },
      terminal: false,
      print: (line: string) => void printed.push(line),
      complain: (line: string) => void printed.push(line),
    };
    const code = await runSelftestCommand({ kind: "selftest", config: undefined, json }, io);
    return { code, printed };
  });
}

async function said(routes: string, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const { printed } = await selftest(routes, true, env);
  return JSON.parse(printed.join("")) as Said;
}

const faultsOf = ({ targets }: Said, name: string) =>
  new Map(targets.find((target) => target.name === name)?.faults.map((one) => [one.fault, one]));

const twoServers = `
servers:
  desk: "http://192.168.1.100:8000"
  attic: { url: "http://192.168.1.101:11434", type: ollama }
`;

test("a careful alias rescues every fault; a plain one says which key is missing", async () => {
  const report = await said(`${twoServers}
aliases:
  plain: { instances: [desk/a, attic/b] }
  careful: { instances: [desk/a, attic/b], commit: full, first_token_timeout: 10, request_timeout: 20 }
  lone: { instances: [attic/b], request_timeout: 30 }
`);
  const [plain, careful, lone] = ["plain", "careful", "lone"].map((name) =>
    faultsOf(report, `alias:${name}`),
  );
  expect([...(careful?.keys() ?? [])]).toEqual(selftestFaults.map(({ name }) => name));
  for (const fault of careful?.values() ?? [])
    expect(fault).toMatchObject({ outcome: "rescued", key: null });
  expect(plain?.get("refused")).toMatchObject({ outcome: "rescued", key: null });
  expect(plain?.get("cut")).toMatchObject({ outcome: "clean_error", key: "commit" });
  expect(plain?.get("slow_first_token")).toEqual({
    fault: "slow_first_token",
    outcome: "rescued",
    waited_ms: 60_000,
    key: "race_after",
  });
  expect(lone?.get("refused")).toMatchObject({ outcome: "clean_error", key: "instances" });
  expect(lone?.get("html")).toMatchObject({ outcome: "passed_on", key: "instances" });
  expect(lone?.get("429_retry_after")).toMatchObject({ outcome: "clean_error", key: "retries" });
  expect(lone?.get("stalled")?.key).toBe("instances, commit");
  expect(lone?.get("silent")?.waited_ms).toBe(30_000);
});

test("a key that it names is one that helps", async () => {
  const careful = await said(`${twoServers}
aliases: { one: { instances: [attic/b, desk/a], commit: full } }`);
  expect(faultsOf(careful, "alias:one").get("cut")).toMatchObject({ outcome: "rescued" });
  const retried = await said(`${twoServers}
aliases: { one: { instances: [attic/b], retries: 1 } }`);
  const after = faultsOf(retried, "alias:one").get("429_retry_after");
  expect(after).toEqual({
    fault: "429_retry_after",
    outcome: "rescued",
    waited_ms: 1_000,
    key: null,
  });
  const stopping = await said(`${twoServers}
aliases: { one: { instances: [attic/b, desk/a], stop_on: [content_policy_violation] } }`);
  expect(faultsOf(stopping, "alias:one").get("content_filter")).toMatchObject({
    outcome: "clean_error",
    key: "stop_on",
  });
});

test("no configured server is called, be it named in the file or by DEFAULT_UPSTREAM", async () => {
  const called: string[] = [];
  const listening = ["desk", "attic", "default"].map((name) =>
    Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { open: () => void called.push(name), data: () => undefined },
    }),
  );
  const [desk = "", attic = "", other = ""] = listening.map(
    ({ port }) => `http://127.0.0.1:${port}`,
  );
  try {
    const routes = `
servers: { desk: "${desk}", attic: { url: "${attic}", type: ollama } }
aliases: { both: { instances: [desk/a, attic/b] } }
routes: [{ match: { model: gpt-4 }, route: { upstream: desk } }]
`;
    const { targets } = await said(routes, { DEFAULT_UPSTREAM: other });
    expect(targets.map(({ name, faults }) => [name, faults.length])).toEqual(
      ["alias:both", "rule:1", "default"].map((name) => [name, selftestFaults.length]),
    );
    expect(called).toEqual([]);
    // The sockets do hear who calls them.
    await fetch(desk, { signal: AbortSignal.timeout(50) }).catch(() => undefined);
    expect(called).toEqual(["desk"]);
  } finally {
    for (const socket of listening) socket.stop(true);
  }
});

test("in words, alike faults share a line, and a score comes with each", async () => {
  const { code, printed } = await selftest(
    `${twoServers}
aliases: { plain: { instances: [desk/a, attic/b] } }
routes: [{ match: { path: /v1/embeddings }, route: { upstream: desk } }]`,
    false,
  );
  const text = printed.join("\n");
  expect(code).toBe(0);
  expect(text).toMatch(/^alias:plain {2}\d+ of 18 rescued$/m);
  expect(text).toMatch(/^ {2}refused, reset, .*outage: rescued$/m);
  expect(text).toContain("cut, missing_end: clean error; commit: full would change that");
  expect(text).toContain("rule:1  not tried: it takes no path of a chat");
  expect(printed.at(-1)).toMatch(/^\d+ of 36 rescued$/);
});

test("a configuration with problems is not tried", async () => {
  const { code, printed } = await selftest("aliases: { a: { instances: [nowhere/x] } }", true);
  expect(code).toBe(1);
  expect(JSON.parse(printed.join(""))).toHaveProperty("problems");
});
