// Every environment variable: name, default and meaning. Parsing, `--help` and the reference page all read this table.

export interface Variable {
  /** As a user would write it; null where the variable is unset by default. */
  readonly default: string | null;
  readonly meaning: string;
}

/** In the order of the reference page. */
export const variables = {
  DEFAULT_UPSTREAM: {
    default: "http://localhost:8000",
    meaning:
      "URL of the model server used when nothing else matches; as `url` of a server in the routes file",
  },
  LISTEN_HOST: { default: "127.0.0.1", meaning: "address to listen on" },
  LISTEN_PORT: { default: "1234", meaning: "port to listen on; 0 takes any free one" },
  MODEL_MAP: {
    default: "{}",
    meaning:
      "JSON object, incoming model name → replacement; a key `/regex/` is a pattern anchored at the start, and its replacement, which may use `$1`, `$<name>` or `\\1`, becomes the whole name; exact keys win, then patterns in the order written",
  },
  ROUTES_CONFIG: {
    default: "routes.yaml",
    meaning: "routes file, YAML or (`.json`) JSON; where it is set, the file must exist",
  },
  ROUTES_EDIT: {
    default: "false",
    meaning:
      "whether `/routes` may save the routes file: for whoever is signed in, or, without `JWT_SECRET`, from this machine only",
  },
  ENABLE_LOGGING: {
    default: "true",
    meaning: "`false`: no log, no pages, no read API; a pure proxy",
  },
  REQUEST_TIMEOUT: {
    default: "3000.0",
    meaning: "seconds without a byte from the upstream until it counts as failed",
  },
  CONNECT_TIMEOUT: { default: "5.0", meaning: "seconds to reach the upstream at all" },
  FIRST_TOKEN_TIMEOUT: {
    default: null,
    meaning:
      "seconds until an answer's first content, where another candidate is left; unset: wait",
  },
  SSE_KEEPALIVE: {
    default: "15.0",
    meaning:
      "seconds without a byte to a streaming client until a comment line (`: ping`) is sent, or the event `ping` to clients of Messages once their stream has begun; between whole events only; 0 turns it off",
  },
  DB_PATH: {
    default: "requests.db",
    meaning: "SQLite file of the log; with `DATABASE_URL`, of what waits for the database",
  },
  DATABASE_URL: {
    default: null,
    meaning:
      "`postgres://user:password@host/database`: the log goes there, and all routers that share it work as one (docs/scale.md)",
  },
  INSTANCE_NAME: {
    default: null,
    meaning: "by which the routers of a group call this one; unset: the machine's name",
  },
  SPOOL_MAX_SIZE: {
    default: "1073741824",
    meaning: "bytes that may wait here for PostgreSQL or S3",
  },
  MAX_LOG_AGE_DAYS: {
    default: "7",
    meaning: "older rows and their bodies are removed; 0 keeps all",
  },
  MAX_BODY_AGE_DAYS: {
    default: null,
    meaning: "bodies may go earlier than their rows; unset or 0: with the rows",
  },
  MAX_RESPONSE_AGE_DAYS: {
    default: null,
    meaning:
      "how long `previous_response_id` and `GET /v1/responses/{id}` find an answer; unset or 0: as long as bodies are kept",
  },
  STRIP_THINKING: {
    default: "true",
    meaning:
      "remove reasoning blocks from answers; `false` keeps them; `move` puts them into `reasoning_content` (`thinking` on the Ollama surface)",
  },
  STRIP_JSON_MARKDOWN: { default: "false", meaning: "unwrap fenced JSON in answers" },
  DISABLE_THINKING: { default: "false", meaning: "append the `/no_think` hint to prompts" },
  JWT_SECRET: {
    default: null,
    meaning:
      "secret that tokens are signed with (HS256), at least 32 characters, as `openssl rand -base64 48` prints them; with it, `/v1` and the Ollama API need a token, which `smolrouter token` makes",
  },
  WEBUI_SECURITY: {
    default: "AUTH_WHEN_PROXIED",
    meaning:
      "who may see pages, read API and metrics. `NONE`: everyone; `AUTH_WHEN_PROXIED`: requests that came through a proxy need a token, and where `JWT_SECRET` is set those from another machine, too; `ALWAYS_AUTH`: all need one (and `JWT_SECRET` must be set)",
  },
  TRUSTED_PROXIES: {
    default: null,
    meaning:
      "addresses, CIDRs and ranges, separated by commas, whose `X-Forwarded-For` is believed for the client's address (the rightmost hop that is not one of them), and whose `X-Forwarded-Host` for the name a browser used",
  },
  ALLOWED_ORIGINS: {
    default: null,
    meaning:
      "web origins, separated by commas, whose pages may call `/v1` and the Ollama API, beside those of this machine and of desktop apps; `scheme://*` and `https://*.example.org` stand for many, `*` for all",
  },
  ALLOWED_HOSTS: {
    default: null,
    meaning:
      "names, separated by commas, by which browsers may reach pages and read API, beside `localhost`, addresses and this machine's own name",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    default: null,
    meaning:
      "URL of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://localhost:4318`; every call is traced to it",
  },
  ALERT_WEBHOOK: {
    default: null,
    meaning:
      "URL that gets a POST when a server fails or is back, when many calls fail, when rows of the log are lost or a spool fills (docs/operations.md); JSON, or plain text with `?format=text`",
  },
  BLOB_STORAGE_TYPE: {
    default: "filesystem",
    meaning: "where bodies too large for the database go: `filesystem`, `memory` or `s3`",
  },
  BLOB_STORAGE_PATH: { default: "blob_storage", meaning: "folder of these bodies" },
  BLOB_INLINE_LIMIT: {
    default: "16384",
    meaning: "bodies up to this many bytes stay in the database",
  },
  S3_ENDPOINT: {
    default: null,
    meaning:
      "URL of a server that speaks S3, such as `http://minio:9000`; unset: Amazon's own of the region",
  },
  S3_BUCKET: { default: null, meaning: "bucket of these bodies; `s3` needs it" },
  S3_REGION: { default: "us-east-1", meaning: "region of the bucket" },
  S3_PREFIX: {
    default: null,
    meaning: "what every object's key begins with, such as `logs/router`",
  },
  S3_FORCE_PATH_STYLE: {
    default: null,
    meaning:
      "`true`: the bucket stands in the URL's path; `false`: in the host's name; unset: in the path where `S3_ENDPOINT` is set, or the bucket's name has a dot",
  },
  AWS_ACCESS_KEY_ID: {
    default: null,
    meaning:
      "key that S3 is asked with; `s3` needs it. Its rights: s3:PutObject, s3:GetObject and s3:DeleteObject on the objects, s3:ListBucket on the bucket",
  },
  AWS_SECRET_ACCESS_KEY: { default: null, meaning: "its secret; `s3` needs it" },
  AWS_SESSION_TOKEN: { default: null, meaning: "of keys that are valid for a while only" },
  MAX_BLOB_SIZE: {
    default: "10485760",
    meaning: "bytes kept of a body; a larger one is truncated, and marked so",
  },
  MAX_TOTAL_STORAGE_SIZE: {
    default: "1073741824",
    meaning:
      "bytes of all bodies outside the database and of the answers kept for `previous_response_id` together; the oldest go first",
  },
  MAX_REQUEST_SIZE: {
    default: "104857600",
    meaning: "bytes of a request's body, decoded where it is encoded; a larger one gets 413",
  },
  LOG_LEVEL: {
    default: "info",
    meaning: "what goes to stderr: `error`, `warn`, `info` or `debug`",
  },
  LOG_FORMAT: { default: null, meaning: "`pretty` or `json`; unset: `pretty` on a terminal" },
} as const satisfies Readonly<Record<string, Variable>>;

export type VariableName = keyof typeof variables;

/** The table's rows, for help and reference. */
export function variableRows(): readonly (Variable & { readonly name: string })[] {
  return Object.entries(variables).map(([name, variable]) => ({ name, ...variable }));
}
