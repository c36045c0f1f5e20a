import { expect, test } from "bun:test";
import { unreadVariables } from "../../../src/adapters/config/unread-variables.ts";
import { variables } from "../../../src/adapters/config/variables.ts";

const meant = (name: string) => unreadVariables({ [name]: "s3cret" });

test.each([
  ["LISTEN_PROT", "LISTEN_PORT"],
  ["LISTEN_PORTS", "LISTEN_PORT"],
  ["LISTEN_ADDRESS", "LISTEN_HOST or LISTEN_PORT"],
  ["listen_port", "LISTEN_PORT"],
  ["DB_PTAH", "DB_PATH"],
  ["DBPATH", "DB_PATH"],
  ["DEFAULT_UPSTREAMS", "DEFAULT_UPSTREAM"],
  ["DEFAULT_UPSTREAM_URL", "DEFAULT_UPSTREAM"],
  ["SMOLROUTER_LISTEN_PORT", "LISTEN_PORT"],
  ["SMOLROUTER_DB_PTAH", "DB_PATH"],
  ["TRUSTED_PROXY", "TRUSTED_PROXIES"],
  ["ALLOWED_ORIGIN", "ALLOWED_ORIGINS"],
  ["BLOB_STORAGE_DIR", "BLOB_STORAGE_TYPE or BLOB_STORAGE_PATH"],
  ["STRIP_THOUGHTS", "STRIP_THINKING or STRIP_JSON_MARKDOWN"],
  ["ENABLE_LOGING", "ENABLE_LOGGING"],
  ["OTEL_EXPORTER_OLTP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
])("%s looks like %s, and its value is not shown", (written, name) => {
  expect(meant(written)).toEqual([
    { variable: written, message: expect.stringContaining(`did you mean ${name}?`) },
  ]);
  expect(JSON.stringify(meant(written))).not.toContain("s3cret");
});

test.each(
  [
    "PATH HOME USER SHELL TERM PWD LANG LC_ALL TZ HOSTNAME LOGNAME EDITOR SHLVL _ NO_COLOR",
    "HTTP_PROXY HTTPS_PROXY NO_PROXY no_proxy http_proxy",
    "LISTEN_FDS LISTEN_PID LISTEN_FDNAMES",
    "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION AWS_PROFILE",
    "OTEL_SERVICE_NAME OTEL_EXPORTER_OTLP_HEADERS OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL",
    "DB_HOST DB_PASS DB_USER DB_NAME DB_PORT DATABASE_PATH LOG_FILE LOG_DIR LOG_PATH RUST_LOG",
    "MODEL_NAME MODEL_DIR MODEL_TAG MODEL_PATH JWT_ISSUER API_TIMEOUT CONNECTION_TIMEOUT MAX_CONNECTIONS",
    "WEBUI_AUTH WEBUI_SECRET_KEY WEBUI_URL WEBUI_NAME OLLAMA_HOST OLLAMA_BASE_URL OPENAI_API_KEY",
    "PORT HOST NODE_ENV DEBUG BUN_INSTALL BUN_CONFIG_MAX_HTTP_REQUESTS KUBERNETES_SERVICE_PORT",
    "SMOLROUTER_HOME SMOLROUTER_TEST_SEED INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID",
    "S3_BUCKET S3_ENDPOINT INSTANCE_NAME SPOOL_MAX_SIZE MAX_RESPONSE_AGE_DAYS MAX_LOG_SIZE MAX_LOG_FILES",
  ].flatMap((line) => line.split(" ")),
)("%s is somebody else's", (name) => {
  expect(meant(name)).toEqual([]);
});

test("the program's own variables, and blank ones, are nothing to warn of", () => {
  expect(
    unreadVariables(Object.fromEntries(Object.keys(variables).map((name) => [name, "x"]))),
  ).toEqual([]);
  expect(unreadVariables({ LISTEN_PROT: " ", DB_PTAH: undefined })).toEqual([]);
});
