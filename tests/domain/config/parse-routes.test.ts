import { describe, expect, test } from "bun:test";
import type { RoutesSpec } from "../../../src/domain/config/parse-routes.ts";
import { readRoutes } from "../../lab/routing-of.ts";
import { ownMs } from "../../lab/own-time.ts";

/** `line:column message` of each problem. */
function problems(yaml: string, env: Record<string, string> = {}): readonly string[] {
  const read = readRoutes(yaml, env);
  if ("routes" in read) return [];
  return read.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function routes(yaml: string, env: Record<string, string> = {}): RoutesSpec {
  const read = readRoutes(yaml, env);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.routes;
}

test("a file with seven different mistakes lists all seven with their positions", () => {
  const yaml = `servers:
  fast-box: "htp://192.168.1.100:8000"
  hosted: { url: "http://h:1", api_kee: x }
  hosted: "http://h:2"
aliases:
  coder: { instances: [hostd/llama] }
  nobody: { instances: [] }
routes:
  - match: { model: "/(?<=gpt)-4/" }
    route: { upstream: hosted }
  - match: { source_host: "10.0.1.300" }
    route: { upstream: hosted }
`;
  expect(problems(yaml)).toEqual([
    '2:13 server "fast-box": "htp://192.168.1.100:8000" must begin with http:// or https://',
    '3:32 unknown key "api_kee" in server "hosted" (did you mean "api_key"?)',
    '4:3 duplicate key "hosted" (first on line 3)',
    '6:24 alias "coder": unknown server "hostd" (did you mean "hosted"?)',
    '7:24 alias "nobody" is empty: it needs an instance',
    "9:21 model: bad pattern /(?<=gpt)-4/: look-behind is not supported: patterns have RE2's syntax (at character 1 of the pattern)",
    '11:27 source_host: "10.0.1.300" is not an IP address, CIDR or range; write 10.0.1.100, 10.0.1.0/24 or 10.0.1.1-10.0.1.9 (or IPv6 alike)',
  ]);
});

test("balance is an alias's, not an instance's", () => {
  const yaml = "aliases: { x: { instances: [{ url: http://a:1, balance: warm }] } }";
  expect(problems(yaml)[0]).toStartWith('1:48 unknown key "balance" in instance of alias "x"');
});

test("balance and weight are read, and have their usual values where they are left out", () => {
  const { aliases } = routes(`
servers: { a: http://a:1 }
aliases:
  x: { balance: spread, instances: [a/m, { server: a, model: n, weight: 2.5 }] }
  y: { instances: [a] }`);
  expect([...aliases.values()].map(({ balance }) => balance)).toEqual(["spread", "order"]);
  expect(aliases.get("x")?.instances.map(({ weight }) => weight)).toEqual([1, 2.5]);
});

describe("what is refused", () => {
  const server = "servers: { a: http://a:1 }\n";
  test.each([
    ["a list at the top", "- a", "1:1 the routes file must be a mapping, not a list"],
    ["text at the top", "hello", "1:1 the routes file must be a mapping, not text"],
    [
      "an unknown section",
      "server: {}",
      '1:1 unknown key "server" in the routes file (did you mean "servers"?)',
    ],
    ["servers as a list", "servers: [a]", "1:10 servers must be a mapping, not a list"],
    [
      "a server name with a slash",
      "servers: { a/b: http://a }",
      '1:12 server name "a/b" must not contain a slash or brackets',
    ],
    [
      "a server name with brackets",
      "servers: { 'a[1]': http://a }",
      '1:12 server name "a[1]" must not contain a slash or brackets',
    ],
    [
      "the reserved server name",
      "servers: { default: http://a }",
      '1:12 server name "default" is taken by DEFAULT_UPSTREAM; choose another',
    ],
    ["an empty server name", "servers: { '': http://a }", '1:12 server name "" is empty'],
    ["a server without url", "servers: { a: { type: ollama } }", '1:15 server "a" has no url'],
    ["a server that is empty", "servers:\n  a:", '2:5 server "a" must be text, not empty'],
    [
      "an unknown type",
      "servers: { a: { url: http://a, type: olama } }",
      '1:38 type: "olama" must be one of openai, ollama, anthropic (did you mean "ollama"?)',
    ],
    [
      "an API that nobody speaks",
      "servers: { a: { url: http://a, speaks: [chat, message] } }",
      '1:47 speaks of server "a": "message" must be one of chat, responses, messages (did you mean "messages"?)',
    ],
    [
      "a way that is none",
      "servers: { a: { url: http://a, speaks: { messages: v1/messages } } }",
      '1:52 messages in speaks of server "a": must be native, translate, or a path such as /v1/messages',
    ],
    [
      "a fraction where a count belongs",
      "servers: { a: { url: http://a, max_concurrency: 1.5 } }",
      "1:49 max_concurrency: 1.5 must be a whole number from 1 to 1000000",
    ],
    [
      "text where a number belongs",
      "servers: { a: { url: http://a, max_queue: '5' } }",
      "1:43 max_queue: 5 must be a whole number from 0 to 1000000",
    ],
    [
      "a number where text belongs",
      "servers: { a: { url: http://a, api_key: 5 } }",
      "1:41 api_key must be text; put the number in quotes",
    ],
    ["a blank key", "servers: { a: { url: http://a, api_key: ' ' } }", "1:41 api_key is empty"],
    [
      "a line break in a header",
      'servers: { a: { url: http://a, headers: { x: "a\\nb: c" } } }',
      "1:46 x must be of printable ASCII characters",
    ],
    [
      "a bad header name",
      "servers: { a: { url: http://a, headers: { 'a b': c } } }",
      '1:43 "a b" is not a header name',
    ],
    [
      "a header of the connection",
      "servers: { a: { url: http://a, headers: { Content-Length: '1' } } }",
      '1:43 header "Content-Length" is set by the connection and cannot be fixed',
    ],
    [
      "a header twice, in other case",
      "servers: { a: { url: http://a, headers: { x-a: b, X-A: c } } }",
      '1:51 duplicate header "X-A" (case is ignored)',
    ],
    [
      "a certificate file that is not there",
      "servers: { a: { url: https://a, ca: nope.pem } }",
      "1:37 ca: the file nope.pem cannot be read",
    ],
    [
      "a balance that is none",
      `${server}aliases: { x: { balance: sprad, instances: [a] } }`,
      '2:26 balance: "sprad" must be one of order, spread, warm (did you mean "spread"?)',
    ],
    [
      "a weight below 1",
      `${server}aliases: { x: { balance: spread, instances: [{ server: a, weight: 0.5 }] } }`,
      "2:67 weight: 0.5 must be a number from 1 to 1000000",
    ],
    [
      "a weight that is text",
      `${server}aliases: { x: { balance: spread, instances: [{ server: a, weight: heavy }] } }`,
      "2:67 weight: heavy must be a number from 1 to 1000000",
    ],
    [
      "an empty alias name",
      `${server}aliases: { '': { instances: [a] } }`,
      "2:12 an alias must have a name",
    ],
    [
      "an alias without instances",
      `${server}aliases: { x: {} }`,
      '2:12 alias "x" has no instances',
    ],
    [
      "instances that are not a list",
      `${server}aliases: { x: { instances: a } }`,
      '2:28 instances of alias "x" must be a list',
    ],
    [
      "an instance that is a URL",
      `${server}aliases: { x: { instances: ["http://b/m"] } }`,
      '2:29 instance of alias "x": write a URL as { url: …, model: … }',
    ],
    [
      "an instance with nothing behind its slash",
      `${server}aliases: { x: { instances: [a/] } }`,
      '2:29 instance "a/" of alias "x": no model follows the slash',
    ],
    [
      "a proxy that is not a URL, its password hidden",
      "servers: { a: { url: http://a, proxy: 'me:secret@proxy:3128' } }",
      '1:39 proxy of server "a": "[hidden]@proxy:3128" must begin with http:// or https://; other kinds of proxies are not supported',
    ],
    [
      "a SOCKS proxy",
      "servers: { a: { url: http://a, proxy: 'socks5://proxy:1080' } }",
      '1:39 proxy of server "a": "socks5://proxy:1080" must begin with http:// or https://; other kinds of proxies are not supported',
    ],
    [
      "a proxy with a path",
      "servers: { a: { url: http://a, proxy: 'http://proxy:3128/x' } }",
      '1:39 proxy of server "a": "http://proxy:3128/x" must have no path, query or fragment',
    ],
    [
      "a url that names an endpoint",
      "servers: { a: { url: 'http://a:8000/v1/chat/completions' } }",
      '1:22 url of server "a": "http://a:8000/v1/chat/completions" must be the server\'s base URL, without the endpoint /chat/completions; write http://a:8000/v1',
    ],
    [
      "a url of an instance that names an endpoint",
      "aliases: { x: { instances: [{ url: 'http://a:11434/api' }] } }",
      '1:36 url of an instance of alias "x": "http://a:11434/api" must be the server\'s base URL, without the endpoint /api; write http://a:11434',
    ],
    [
      "an upstream that names an endpoint",
      "routes: [{ match: {}, route: { upstream: 'http://a/v1/messages' } }]",
      '1:42 upstream: "http://a/v1/messages" must be the server\'s base URL, without the endpoint /messages; write http://a/v1',
    ],
    [
      "a url that goes on as a comment",
      "servers: { a: 'http://a:8000 # mine' }",
      '1:15 server "a": "http://a:8000 # mine" must stand alone, without spaces or a comment behind it',
    ],
    [
      "an instance with server and url",
      `${server}aliases: { x: { instances: [{ server: a, url: http://b }] } }`,
      '2:29 instance of alias "x" must have either a server or a url',
    ],
    [
      "an instance with neither",
      `${server}aliases: { x: { instances: [{ model: m }] } }`,
      '2:29 instance of alias "x" must have either a server or a url',
    ],
    [
      "an instance of an unknown server",
      "aliases: { x: { instances: [{ server: zz }] } }",
      '1:39 alias "x": unknown server "zz"; no servers are configured',
    ],
    ["routes as a mapping", "routes: {}", "1:9 routes must be a list"],
    [
      "a rule without match",
      `${server}routes: [{ route: { upstream: a } }]`,
      "2:10 route 1 has no match (write match: {} to match every request)",
    ],
    ["a rule without route", "routes: [{ match: {} }]", "1:10 route 1 has no route"],
    [
      "a route that does nothing",
      "routes: [{ match: {}, route: { retries: 1 } }]",
      "1:30 route of route 1 needs an upstream, a model or both",
    ],
    [
      "an unknown match key",
      "routes: [{ match: { source: x }, route: { model: m } }]",
      '1:21 unknown key "source" in match; known are model, source_host, path, user, header',
    ],
    [
      "handling keys beside the route",
      "routes: [{ match: {}, retries: 1, route: { model: m } }]",
      '1:23 unknown key "retries" in route 1; known are match, route',
    ],
    [
      "an empty list",
      "routes: [{ match: { model: [] }, route: { model: m } }]",
      "1:28 model is an empty list",
    ],
    [
      "an unknown upstream",
      `${server}routes: [{ match: {}, route: { upstream: b } }]`,
      '2:42 upstream: unknown server "b" (did you mean "a"?) (a URL begins with http:// or https://)',
    ],
    [
      "a bad upstream URL",
      "routes: [{ match: {}, route: { upstream: 'ws://b' } }]",
      '1:42 upstream: "ws://b" must begin with http:// or https://',
    ],
    [
      "a bad address in the middle of a list",
      "routes: [{ match: { source_host: [::1, 1.2.3.4-::1] }, route: { model: m } }]",
      '1:40 source_host: "1.2.3.4-::1": a range cannot begin in one family and end in the other',
    ],
    [
      "a bad pattern in a header",
      "routes: [{ match: { header: { x: /(/ } }, route: { model: m } }]",
      "1:34 header x: bad pattern /(/: this ( is never closed (at character 1 of the pattern)",
    ],
    [
      "thinking that is not a mode",
      "routes: [{ match: {}, route: { model: m, strip_thinking: stripp } }]",
      '1:58 strip_thinking: "stripp" must be one of strip, true, keep, false, move (did you mean "strip"?)',
    ],
    [
      "a commit point there is not",
      "routes: [{ match: {}, route: { model: m, commit: first } }]",
      '1:50 commit: "first" must be one of first_content, first_answer, full',
    ],
    [
      "too many retries",
      "routes: [{ match: {}, route: { model: m, retries: 11 } }]",
      "1:51 retries: 11 must be a whole number from 0 to 10",
    ],
    [
      "a time-out of nothing",
      "routes: [{ match: {}, route: { model: m, connect_timeout: 0 } }]",
      "1:59 connect_timeout: 0 must be a number above 0 up to 2000000",
    ],
    [
      "a boolean that is none",
      "routes: [{ match: {}, route: { model: m, disable_thinking: maybe } }]",
      '1:60 disable_thinking: "maybe" must be true or false',
    ],
    ["a missing anchor", "servers: *x", "1:10 there is no anchor &x"],
    [
      "an anchor inside itself",
      "servers: &x { a: *x }",
      "1:13 the file is too deep or, with its aliases resolved, too large",
    ],
    ["a list as a key", "? [a]\n: b", "1:3 a key must be plain text"],
  ])("%s", (_, yaml, problem) => {
    expect(problems(yaml)).toContain(problem);
  });

  test("an alias bomb, at once", () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(10)}]`,
    );
    const took = ownMs(() => {
      expect(problems(`l0: &l0 [x]\n${levels.join("\n")}`)[0]).toContain("too large");
    });
    expect(took).toBeLessThan(10_000);
  });

  test("broken YAML, with its position", () => {
    expect(problems("servers:\n  a: [1,\n  b: 2")[0]).toMatch(/^3:\d+ /);
    expect(problems("servers:\n\ta: b")[0]).toMatch(/^2:1 .*[Tt]ab/);
  });

  test("a rule that refers to a faulty server is not reported as well", () => {
    const reported = problems(`
servers: { a: { url: nonsense } }
aliases: { x: { instances: [a/m] } }
routes: [{ match: {}, route: { upstream: a } }]`);
    expect(reported).toHaveLength(1);
  });
});

describe("${VAR}", () => {
  const file = (text: string): string => `servers: { a: { url: http://a, api_key: '${text}' } }`;
  test.each([
    ["${KEY}", "sk-1"],
    ["pre-${KEY}-${OTHER_2}", "pre-sk-1-two"],
    ["$${KEY}", "${KEY}"],
    ["$KEY", "$KEY"],
    ["${RECURSIVE}", "${KEY}"],
  ])("%s is %s", (text, value) => {
    const env = { KEY: "sk-1", OTHER_2: " two ", RECURSIVE: "${KEY}" };
    expect(routes(file(text), env).servers.get("a")?.apiKey).toBe(value);
  });

  test.each([
    ["${NOPE}", "api_key: the environment variable NOPE is not set"],
    ["${BLANK}", "api_key: the environment variable BLANK is blank"],
    [
      "${KEY:-x}",
      'api_key: "${" must begin a variable such as ${HOSTED_KEY}; write "$${" for the text itself',
    ],
    [
      "${KEY",
      'api_key: "${" must begin a variable such as ${HOSTED_KEY}; write "$${" for the text itself',
    ],
    ["${constructor}", "api_key: the environment variable constructor is not set"],
  ])("%s is refused", (text, message) => {
    const env = Object.assign(Object.create(null) as Record<string, string>, {
      KEY: "k",
      BLANK: " ",
    });
    expect(problems(file(text), env)).toEqual([`1:41 ${message}`]);
  });

  test("may stand for numbers and truth values", () => {
    const { servers } = routes(
      "servers: { a: { url: '${URL}', max_concurrency: '${N}', insecure: '${YES}', request_timeout: '${T}' } }",
      { URL: "https://a/v1", N: "3", YES: "yes", T: "1.5" },
    );
    expect(servers.get("a")).toMatchObject({
      baseUrl: "https://a",
      maxConcurrency: 3,
      insecure: true,
      overrides: { requestTimeoutMs: 1_500 },
    });
  });

  test("never shows its value, wherever it is wrong", () => {
    const env = { S: "s3cret/v4lue-(" };
    const reported = problems(
      `
servers:
  a: "\${S}"
  b: { url: "\${S}", type: "\${S}", max_queue: "\${S}", insecure: "\${S}", ca: "\${S}", api_key: "\${S}\\n", retries: "\${S}", strip_thinking: "\${S}", commit: "\${S}" }
aliases: { x: { instances: ["\${S}", { server: "\${S}" }, { url: "http://u:\${S}@h" }] } }
routes:
  - match: { model: "/\${S}/", source_host: "\${S}", header: { x: "/\${S}/" } }
    route: { upstream: "\${S}", disable_thinking: "\${S}", first_token_timeout: "\${S}" }
`,
      env,
    );
    expect(reported.length).toBeGreaterThanOrEqual(15);
    for (const line of reported) expect(line).not.toMatch(/s3cret|v4lue/);
  });

  test("no problem repeats a key or password written in the file", () => {
    const reported = problems(
      `servers: { a: { url: "http://u:s3cret@h", api_key: "s3cret\\nx", headers: { x: "s3cret\\nx", y: 's3cret é' } }, b: "http://u:s3cret@h" }
aliases: { x: { instances: [{ url: "http://u:s3cret@h?key=s3cret" }] } }
routes: [{ match: {}, route: { upstream: "https://u:s3cret@h" } }]`,
    );
    expect(reported).toHaveLength(7);
    for (const line of reported) expect(line).not.toContain("s3cret");
  });
});

describe("what is read", () => {
  test("a server with everything", () => {
    const { servers } = routes(
      `servers:
  hosted:
    url: https://api.example.com/v1/
    type: ollama
    api_key: key
    max_concurrency: 4
    max_queue: 0
    max_output_tokens: 32000
    headers: { X-Team: lab }
    ca: /etc/ssl/lab.pem
    insecure: true
    proxy: "http://me:pass@proxy.lan:3128/"
    strip_thinking: move
    strip_json_markdown: true
    disable_thinking: true
    thinking_prefilled: true
    commit: full
    retries: 2
    stop_on: [content_policy_violation]
    connect_timeout: 0.0001
    first_token_timeout: 20
    request_timeout: 600.5`,
    );
    expect(servers.get("hosted")).toEqual({
      name: "hosted",
      baseUrl: "https://api.example.com",
      type: "ollama",
      speaks: null,
      apiKey: "key",
      maxConcurrency: 4,
      maxQueue: 0,
      maxOutputTokens: 32_000,
      headers: [["x-team", "lab"]],
      ca: "/etc/ssl/lab.pem",
      insecure: true,
      proxy: "http://me:pass@proxy.lan:3128",
      prices: [],
      overrides: {
        stripThinking: "move",
        stripJsonMarkdown: true,
        disableThinking: true,
        thinkingPrefilled: true,
        commit: "full",
        retries: 2,
        stopOn: ["content_policy_violation"],
        connectTimeoutMs: 1,
        firstTokenTimeoutMs: 20_000,
        requestTimeoutMs: 600_500,
      },
      line: 2,
    });
  });

  test("a server that is only a URL", () => {
    expect(routes("servers: { box: 'http://box:11434' }").servers.get("box")).toEqual({
      name: "box",
      baseUrl: "http://box:11434",
      type: "ollama",
      speaks: null,
      apiKey: null,
      maxConcurrency: null,
      maxQueue: 100,
      maxOutputTokens: null,
      headers: [],
      ca: null,
      insecure: false,
      proxy: null,
      prices: [],
      overrides: {},
      line: 1,
    });
  });

  test("servers in the order written, numbers included", () => {
    const { servers } = routes(
      "servers: { b: http://b, 10: http://c, 2: http://d, 1.0: http://e }",
    );
    expect([...servers.keys()]).toEqual(["b", "10", "2", "1.0"]);
  });

  test.each(["", "# nothing yet", "servers:\naliases:\nroutes:\nprices:\n", "{}"])(
    "an empty file: %p",
    (yaml) => {
      expect(routes(yaml)).toEqual({
        servers: new Map(),
        aliases: new Map(),
        rules: [],
        prices: [],
        monthlyBudget: null,
      });
    },
  );

  test("an empty first_token_timeout or race_after takes back what a farther level said", () => {
    const { servers } = routes(
      "servers: { a: { url: http://a, first_token_timeout: , race_after: } }",
    );
    expect(servers.get("a")?.overrides).toEqual({ firstTokenTimeoutMs: null, raceAfterMs: null });
  });

  test("race_after is in seconds, fractions allowed; on an alias, an instance, a server or a route", () => {
    const { aliases, rules } = routes(`servers: { a: { url: http://a, race_after: 0.5 } }
aliases: { x: { race_after: 2, instances: [{ server: a, race_after: 1 }] } }
routes: [{ match: { model: y }, route: { upstream: a, race_after: 3 } }]`);
    const alias = aliases.get("x");
    expect(alias?.overrides).toEqual({ raceAfterMs: 2_000 });
    expect(alias?.instances[0].overrides).toEqual({ raceAfterMs: 1_000 });
    expect(alias?.instances[0].server.overrides).toEqual({ raceAfterMs: 500 });
    expect(rules[0]?.overrides).toEqual({ raceAfterMs: 3_000 });
  });

  test.each(["0", "-1", "soon", "[1]"])("race_after: %s is refused with its place", (value) => {
    const [problem] = problems(`servers: { a: { url: http://a, race_after: ${value} } }`);
    expect(problem).toStartWith("1:");
    expect(problem).toContain("race_after");
  });

  test("anchors and merge keys; what is written wins over what is merged", () => {
    const { servers } = routes(`servers:
  a: &a { url: http://a, retries: 1, commit: full }
  b: { <<: *a, url: http://b, retries: 2 }`);
    expect(servers.get("b")).toMatchObject({
      baseUrl: "http://b",
      overrides: { retries: 2, commit: "full" },
    });
  });
});
