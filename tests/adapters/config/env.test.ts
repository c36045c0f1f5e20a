import { hostname } from "node:os";
import { describe, expect, test } from "bun:test";
import { parseEnvironment } from "../../../src/adapters/config/env.ts";
import { problemLine } from "../../../src/adapters/config/problem-line.ts";
import { variables } from "../../../src/adapters/config/variables.ts";
import { applyModelMap } from "../../../src/domain/routing/model-map.ts";
import { documentedPolicy } from "../../lab/routing-of.ts";

type Env = Record<string, string>;

function read(env: Env, terminal = false) {
  const result = parseEnvironment(env, { terminal });
  if ("problems" in result) throw new Error(result.problems.map(problemLine).join("\n"));
  return result;
}

function lines(env: Env): readonly string[] {
  const result = parseEnvironment(env, { terminal: false });
  return "problems" in result ? result.problems.map(problemLine) : [];
}

test("an empty environment has the documented defaults", () => {
  const { settings, modelMap, defaultUpstream } = read({});
  expect(settings).toEqual({
    listen: { host: "127.0.0.1", port: 1234 },
    routesConfig: { path: "routes.yaml", required: false },
    routesEdit: false,
    logging: true,
    hasDefaultUpstream: false,
    policy: documentedPolicy,
    sseKeepaliveMs: 15_000,
    dbPath: "requests.db",
    database: null,
    instanceName: hostname(),
    spoolMaxSize: 1_073_741_824,
    maxLogAgeMs: 7 * 86_400_000,
    maxBodyAgeMs: null,
    maxAnswerAgeMs: null,
    webUiSecurity: "AUTH_WHEN_PROXIED",
    jwtSecret: null,
    trustedProxies: null,
    allowedOrigins: { all: false, origins: new Set(), patterns: [] },
    allowedHosts: new Set(),
    otlpEndpoint: null,
    alertWebhook: null,
    blobs: {
      type: "filesystem",
      path: "blob_storage",
      inlineLimit: 16_384,
      maxBlobSize: 10_485_760,
      maxTotalSize: 1_073_741_824,
      s3: null,
    },
    maxRequestSize: 104_857_600,
    log: { level: "info", format: "json" },
  });
  expect(modelMap).toEqual({ exact: new Map(), patterns: [] });
  expect(defaultUpstream.baseUrl).toBe("http://localhost:8000");
});

test("blank variables count as unset", () => {
  const blank = Object.fromEntries(Object.keys(variables).map((name) => [name, "  "]));
  expect(read({ ...blank, JWT_SECRET: "", DATABASE_URL: " " })).toEqual(read({}));
});

describe("a variable sets what it says, in its unit", () => {
  test.each<[string, string, object]>([
    ["LISTEN_HOST", "0.0.0.0", { listen: { host: "0.0.0.0" } }],
    ["LISTEN_HOST", "::", { listen: { host: "::" } }],
    ["LISTEN_HOST", "router.lan", { listen: { host: "router.lan" } }],
    ["LISTEN_PORT", "0", { listen: { port: 0 } }],
    ["LISTEN_PORT", " 65535 ", { listen: { port: 65_535 } }],
    ["ROUTES_EDIT", "yes", { routesEdit: true }],
    ["ROUTES_CONFIG", "routes.yaml", { routesConfig: { path: "routes.yaml", required: true } }],
    ["ENABLE_LOGGING", "No", { logging: false }],
    ["REQUEST_TIMEOUT", "0.25", { policy: { requestTimeoutMs: 250 } }],
    ["CONNECT_TIMEOUT", "1e1", { policy: { connectTimeoutMs: 10_000 } }],
    ["FIRST_TOKEN_TIMEOUT", "0.0001", { policy: { firstTokenTimeoutMs: 1 } }],
    ["SSE_KEEPALIVE", "0", { sseKeepaliveMs: 0 }],
    ["DB_PATH", "/data/my log.db", { dbPath: "/data/my log.db" }],
    ["MAX_LOG_AGE_DAYS", "0", { maxLogAgeMs: null }],
    ["MAX_LOG_AGE_DAYS", "0.5", { maxLogAgeMs: 43_200_000 }],
    ["MAX_BODY_AGE_DAYS", "2", { maxBodyAgeMs: 172_800_000 }],
    ["MAX_RESPONSE_AGE_DAYS", "30", { maxAnswerAgeMs: 2_592_000_000 }],
    ["STRIP_THINKING", "FALSE", { policy: { stripThinking: "keep" } }],
    ["STRIP_THINKING", "on", { policy: { stripThinking: "strip" } }],
    ["STRIP_THINKING", "Move", { policy: { stripThinking: "move" } }],
    ["STRIP_JSON_MARKDOWN", "1", { policy: { stripJsonMarkdown: true } }],
    ["DISABLE_THINKING", "yes", { policy: { disableThinking: true } }],
    ["WEBUI_SECURITY", "NONE", { webUiSecurity: "NONE" }],
    [
      "JWT_SECRET",
      " Zq8!pR3#vT6$xW9&yB2*dF5(gH1)jK4 ",
      { jwtSecret: " Zq8!pR3#vT6$xW9&yB2*dF5(gH1)jK4 " },
    ],
    ["TRUSTED_PROXIES", "10.0.0.1, ::1", { trustedProxies: { text: "10.0.0.1, ::1" } }],
    [
      "ALLOWED_ORIGINS",
      "https://Chat.example:443/,*, app://x",
      {
        allowedOrigins: {
          all: true,
          origins: new Set(["https://chat.example", "app://x"]),
          patterns: [],
        },
      },
    ],
    [
      "ALLOWED_ORIGINS",
      "moz-extension://*, https://*.Example.org, http://*.lan:8080, https://*.a.b:443",
      {
        allowedOrigins: {
          all: false,
          origins: new Set(),
          patterns: [
            { scheme: "moz-extension", ending: null, port: null },
            { scheme: "https", ending: ".example.org", port: null },
            { scheme: "http", ending: ".lan", port: "8080" },
            { scheme: "https", ending: ".a.b", port: null },
          ],
        },
      },
    ],
    ["ALLOWED_HOSTS", "Router.lan,box", { allowedHosts: new Set(["router.lan", "box"]) }],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318/", { otlpEndpoint: "http://otel:4318" }],
    ["BLOB_STORAGE_TYPE", "memory", { blobs: { type: "memory" } }],
    ["BLOB_STORAGE_PATH", "b", { blobs: { path: "b" } }],
    ["BLOB_INLINE_LIMIT", "0", { blobs: { inlineLimit: 0 } }],
    ["MAX_BLOB_SIZE", "1", { blobs: { maxBlobSize: 1 } }],
    ["MAX_TOTAL_STORAGE_SIZE", "2", { blobs: { maxTotalSize: 2 } }],
    ["MAX_REQUEST_SIZE", "3", { maxRequestSize: 3 }],
    ["LOG_LEVEL", "debug", { log: { level: "debug" } }],
    ["LOG_FORMAT", "pretty", { log: { format: "pretty" } }],
  ])("%s=%s", (name, value, settings) => {
    expect(read({ [name]: value }).settings).toMatchObject(settings);
  });

  test.each(["1", "true", "yes", "on", "TRUE", "Yes"])("%s is true", (word) => {
    expect(read({ DISABLE_THINKING: word }).settings.policy.disableThinking).toBe(true);
  });

  test.each(["0", "false", "no", "off", "OFF", "False"])("%s is false", (word) => {
    expect(read({ ENABLE_LOGGING: word }).settings.logging).toBe(false);
  });

  test("the log is pretty on a terminal, unless told otherwise", () => {
    expect(read({}, true).settings.log.format).toBe("pretty");
    expect(read({ LOG_FORMAT: "json" }, true).settings.log.format).toBe("json");
  });

  test("MODEL_MAP keeps the order of its patterns", () => {
    const { modelMap } = read({ MODEL_MAP: '{"/a/":"first","/aa/":"second","b":"/x"}' });
    expect(applyModelMap(modelMap, "aa")).toBe("first");
    expect(applyModelMap(modelMap, "b")).toBe("/x");
  });

  test("DEFAULT_UPSTREAM loses its /v1", () => {
    expect(read({ DEFAULT_UPSTREAM: "http://box:11434/v1" }).defaultUpstream).toEqual({
      baseUrl: "http://box:11434",
      origin: "http://box:11434",
      type: "ollama",
    });
  });
});

describe("a value that is wrong is named with what would be right", () => {
  test.each([
    ["DEFAULT_UPSTREAM", "localhost:8000", "the URL must begin with http:// or https://"],
    ["LISTEN_HOST", "127.0.0.1:80", "must be an address or a host name, without port or brackets"],
    ["LISTEN_PORT", "65536", "must be a whole number from 0 to 65535"],
    ["LISTEN_PORT", "-1", "must be a whole number from 0 to 65535"],
    ["LISTEN_PORT", "0x50", "must be a whole number from 0 to 65535"],
    ["LISTEN_PORT", "80.5", "must be a whole number from 0 to 65535"],
    [
      "MODEL_MAP",
      "{gpt}",
      'must be a JSON object of names and replacements, such as {"gpt-4": "llama3"}',
    ],
    [
      "MODEL_MAP",
      "[]",
      'must be a JSON object of names and replacements, such as {"gpt-4": "llama3"}',
    ],
    ["MODEL_MAP", '{"a":1}', 'key "a": the replacement must be text'],
    [
      "MODEL_MAP",
      '{"/(?=a)/":"b"}',
      'key "/(?=a)/": look-ahead is not supported: patterns have RE2\'s syntax (at character 1 of the pattern)',
    ],
    ["ENABLE_LOGGING", "ja", "must be true or false (1/0, yes/no, on/off)"],
    ["REQUEST_TIMEOUT", "0", "must be a number above 0 up to 2000000"],
    ["REQUEST_TIMEOUT", "5s", "must be a number above 0 up to 2000000"],
    ["REQUEST_TIMEOUT", "Infinity", "must be a number above 0 up to 2000000"],
    ["CONNECT_TIMEOUT", "-1", "must be a number above 0 up to 2000000"],
    ["FIRST_TOKEN_TIMEOUT", "soon", "must be a number above 0 up to 2000000"],
    ["SSE_KEEPALIVE", "-1", "must be a number from 0 to 2000000"],
    ["MAX_LOG_AGE_DAYS", "-7", "must be a number from 0 to 1000000"],
    ["MAX_BODY_AGE_DAYS", "x", "must be a number from 0 to 1000000"],
    ["STRIP_THINKING", "maybe", "must be true, false or move"],
    ["STRIP_JSON_MARKDOWN", "2", "must be true or false (1/0, yes/no, on/off)"],
    [
      "WEBUI_SECURITY",
      "none",
      'must be one of NONE, AUTH_WHEN_PROXIED, ALWAYS_AUTH (did you mean "NONE"?)',
    ],
    ["WEBUI_SECURITY", "ALWAYS_AUTH", "needs JWT_SECRET, or nobody could sign in"],
    ["TRUSTED_PROXIES", "10.0.0.1, proxy", '"proxy" is not an IP address'],
    ["ALLOWED_ORIGINS", "chat.example", '"chat.example" is not a web origin'],
    ["ALLOWED_ORIGINS", "https://*example.org", '"https://*example.org" is not a web origin'],
    ["ALLOWED_ORIGINS", "https://chat.*", '"https://chat.*" is not a web origin'],
    ["ALLOWED_ORIGINS", "*.example.org", '"*.example.org" is not a web origin'],
    ["ALLOWED_ORIGINS", "http://localhost:*", '"http://localhost:*" is not a web origin'],
    [
      "ALLOWED_ORIGINS",
      "https://chat.example/app",
      '"https://chat.example/app" is not a web origin',
    ],
    ["ALLOWED_HOSTS", "router.lan:1234", '"router.lan:1234" is not a host name'],
    ["ALLOWED_HOSTS", "http://router.lan", '"http://router.lan" is not a host name'],
    ["BLOB_STORAGE_TYPE", "disk", "must be one of filesystem, memory"],
    ["BLOB_INLINE_LIMIT", "16k", "must be a whole number from 0 to 9007199254740991"],
    ["MAX_REQUEST_SIZE", "0", "must be a whole number from 1 to 9007199254740991"],
    ["LOG_LEVEL", "warning", "must be one of error, warn, info, debug"],
    ["LOG_FORMAT", "text", "must be one of pretty, json"],
  ])("%s=%s", (name, value, message) => {
    expect(lines({ [name]: value })[0]).toStartWith(`environment: ${name}=${value}: ${message}`);
  });

  test("all of them together, one line each", () => {
    const reported = lines({
      DEFAULT_UPSTREAM: "ftp://x",
      LISTEN_PORT: "99999",
      MODEL_MAP: '{"/(/":"a","/)/":"b"}',
      STRIP_THINKING: "per\nhaps",
      REQUEST_TIMEOUT: "never",
      JWT_SECRET: "x",
      LOG_LEVEL: "loud",
    });
    expect(reported).toHaveLength(8);
    for (const line of reported) expect(line).not.toContain("\n");
  });

  test("a secret's value is never shown", () => {
    const reported = lines({
      DEFAULT_UPSTREAM: "http://me:s3cret@host?key=s3cret",
      JWT_SECRET: "s3cret",
      DATABASE_URL: "postgres://me:s3cret@db",
      OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://me:s3cret@otel",
    });
    expect(reported).toHaveLength(4);
    expect(reported.join()).not.toContain("s3cret");
  });

  test.each(["s3cret", "   ", " ".repeat(40), "a".repeat(40)])(
    "a JWT_SECRET that is weak is refused, unseen: %p",
    (secret) => {
      const [reported, ...more] = lines({ JWT_SECRET: secret });
      expect(reported).toMatch(/^environment: JWT_SECRET=\[hidden\]: must /);
      expect(more).toEqual([]);
    },
  );

  test("a flag in place of a variable is named as the flag", () => {
    const result = parseEnvironment(
      { LISTEN_PORT: "1" },
      { terminal: false, overrides: { LISTEN_PORT: { flag: "--port", value: "x" } } },
    );
    expect("problems" in result && result.problems.map(problemLine)).toEqual([
      "command line: --port=x: must be a whole number from 0 to 65535",
    ]);
  });
});

test.each(["hooks.example/s3cret", "ftp://hooks.example/s3cret", "https://h/s3cret?format=xml"])(
  "a webhook that cannot be posted to is refused without showing it: %s",
  (value) => {
    const [line, ...more] = lines({ ALERT_WEBHOOK: value });
    expect(line).toStartWith("environment: ALERT_WEBHOOK=[hidden]: ");
    expect(line).not.toContain("s3cret");
    expect(more).toEqual([]);
  },
);

test("what belongs to a feature that is off, or is off itself, is not a problem", () => {
  expect(
    lines({
      S3_BUCKET: "b",
      S3_ENDPOINT: "http://s3",
      INSTANCE_NAME: "one",
      SPOOL_MAX_SIZE: "1",
      MAX_RESPONSE_AGE_DAYS: "1",
    }),
  ).toEqual([]);
});
