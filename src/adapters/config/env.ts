// The environment as settings, or all that is wrong with it.
import { hostname } from "node:os";
import { parseDatabaseUrl } from "../../domain/config/database-url.ts";
import { timeoutSeconds } from "../../domain/config/parse-overrides.ts";
import type { NumberRange } from "../../domain/config/reader.ts";
import { parseBoolean } from "../../domain/config/reader.ts";
import type { Environment } from "../../domain/config/substitute.ts";
import { isRecord, parseJson } from "../../domain/bytes/json.ts";
import { parseAddress } from "../../domain/net/address.ts";
import { compileModelMap } from "../../domain/routing/model-map.ts";
import { noParams } from "../../domain/routing/params.ts";
import { parseServerUrl, shownUrl } from "../../domain/config/server-url.ts";
import type { ServerUrl } from "../../domain/routing/upstream-url.ts";
import type { ModelMap, Policy, ThinkingMode } from "../../domain/routing/types.ts";
import type { LogFormat, LogLevel, Settings } from "../../domain/config/settings.ts";
import { oneLine } from "./problem-line.ts";
import type { EnvironmentProblem } from "./problem-line.ts";
import { readS3 } from "./s3-variables.ts";
import { readSecurity } from "./security-variables.ts";
import { createVariableReader } from "./variable-reader.ts";
import type { Overrides, VariableReader } from "./variable-reader.ts";

const port: NumberRange = { whole: true, min: 0, max: 65_535 };
const keepaliveSeconds: NumberRange = { ...timeoutSeconds, aboveMin: false };
const days: NumberRange = { whole: false, min: 0, max: 1_000_000 };
const bytes: NumberRange = { whole: true, min: 0, max: Number.MAX_SAFE_INTEGER };
const someBytes: NumberRange = { ...bytes, min: 1 };
const listening = new Set(["LISTEN_HOST", "LISTEN_PORT", "--host", "--port"]);
const msPerDay = 86_400_000;

export interface EnvironmentSettings {
  readonly settings: Settings;
  readonly modelMap: ModelMap;
  readonly defaultUpstream: ServerUrl;
}

export interface EnvironmentContext {
  /** Whether stderr is a terminal; decides the log's form where LOG_FORMAT is unset. */
  readonly terminal: boolean;
  readonly overrides?: Overrides;
}

export interface EnvironmentFault {
  readonly problems: readonly EnvironmentProblem[];
  /** Known even then, so that the file's problems can be listed together with these. */
  readonly routesConfig: Settings["routesConfig"];
  /** Known even then, so that a port that is taken can be listed together with these; null: it is not. */
  readonly listen: Settings["listen"] | null;
}

/** Reads all variables; blank ones count as unset. Where there are problems, all are returned together. */
export function parseEnvironment(
  env: Environment,
  { terminal, overrides = {} }: EnvironmentContext,
): EnvironmentSettings | EnvironmentFault {
  const read = createVariableReader(env, overrides);

  const defaultUpstream = readUpstream(read);
  const blobType = read.oneOf("BLOB_STORAGE_TYPE", ["filesystem", "memory", "s3"]);
  const modelMap = readModelMap(read);
  const settings: Settings = {
    listen: { host: readHost(read), port: read.number("LISTEN_PORT", port) },
    routesConfig: { path: read.text("ROUTES_CONFIG"), required: read.isSet("ROUTES_CONFIG") },
    routesEdit: read.bool("ROUTES_EDIT"),
    logging: read.bool("ENABLE_LOGGING"),
    hasDefaultUpstream: read.isSet("DEFAULT_UPSTREAM"),
    policy: readPolicy(read),
    sseKeepaliveMs: ms(read.number("SSE_KEEPALIVE", keepaliveSeconds)),
    dbPath: read.text("DB_PATH"),
    database: readDatabase(read),
    instanceName: read.raw("INSTANCE_NAME")?.trim() || hostname(),
    spoolMaxSize: read.number("SPOOL_MAX_SIZE", bytes),
    maxLogAgeMs: ageMs(read.number("MAX_LOG_AGE_DAYS", days)),
    maxBodyAgeMs: ageMs(read.optionalNumber("MAX_BODY_AGE_DAYS", days) ?? 0),
    maxAnswerAgeMs: ageMs(read.optionalNumber("MAX_RESPONSE_AGE_DAYS", days) ?? 0),
    ...readSecurity(read),
    otlpEndpoint: readOtlpEndpoint(read),
    alertWebhook: readWebhook(read),
    blobs: {
      type: blobType,
      path: read.text("BLOB_STORAGE_PATH"),
      inlineLimit: read.number("BLOB_INLINE_LIMIT", bytes),
      maxBlobSize: read.number("MAX_BLOB_SIZE", bytes),
      maxTotalSize: read.number("MAX_TOTAL_STORAGE_SIZE", bytes),
      s3: blobType === "s3" ? readS3(read) : null,
    },
    maxRequestSize: read.number("MAX_REQUEST_SIZE", someBytes),
    log: {
      level: read.oneOf<LogLevel>("LOG_LEVEL", ["error", "warn", "info", "debug"]),
      format:
        read.optionalOneOf<LogFormat>("LOG_FORMAT", ["pretty", "json"]) ??
        (terminal ? "pretty" : "json"),
    },
  };
  const problems = read.problems();
  if (problems.length > 0 || defaultUpstream === null || modelMap === null)
    return {
      problems,
      routesConfig: settings.routesConfig,
      listen: problems.some(({ variable }) => listening.has(variable)) ? null : settings.listen,
    };
  return { settings, modelMap, defaultUpstream };
}

function readPolicy(read: VariableReader): Policy {
  const firstToken = read.optionalNumber("FIRST_TOKEN_TIMEOUT", timeoutSeconds);
  return {
    stripThinking: readThinking(read),
    stripJsonMarkdown: read.bool("STRIP_JSON_MARKDOWN"),
    disableThinking: read.bool("DISABLE_THINKING"),
    thinkingPrefilled: false,
    commit: "first_content",
    onBreak: "event",
    retries: 0,
    stopOn: [],
    require: [],
    params: noParams,
    connectTimeoutMs: ms(read.number("CONNECT_TIMEOUT", timeoutSeconds)),
    firstTokenTimeoutMs: firstToken === null ? null : ms(firstToken),
    raceAfterMs: null,
    requestTimeoutMs: ms(read.number("REQUEST_TIMEOUT", timeoutSeconds)),
  };
}

function readThinking(read: VariableReader): ThinkingMode {
  const text = read.text("STRIP_THINKING").toLowerCase();
  if (text === "move") return "move";
  const strips = parseBoolean(text);
  if (strips === null) read.tell("STRIP_THINKING", "must be true, false or move");
  return strips === false ? "keep" : "strip";
}

function readUpstream(read: VariableReader): ServerUrl | null {
  const text = read.text("DEFAULT_UPSTREAM");
  const url = parseServerUrl(text);
  if (!("problem" in url)) return url;
  const right = url.right === null ? "" : `; write ${url.right}`;
  read.tell("DEFAULT_UPSTREAM", `the URL ${url.problem}${right}`, oneLine(shownUrl(text)));
  return null;
}

function readDatabase(read: VariableReader): Settings["database"] {
  const text = read.raw("DATABASE_URL")?.trim() ?? "";
  if (text === "") return null;
  const parsed = parseDatabaseUrl(text);
  if (!("problem" in parsed)) return parsed;
  read.tell("DATABASE_URL", parsed.problem, "[hidden]");
  return null;
}

function readOtlpEndpoint(read: VariableReader): string | null {
  const text = read.raw("OTEL_EXPORTER_OTLP_ENDPOINT")?.trim() ?? "";
  if (text === "") return null;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "") {
    const wanted = "must be an http or https URL, such as http://localhost:4318";
    read.tell("OTEL_EXPORTER_OTLP_ENDPOINT", wanted, oneLine(shownUrl(text)));
  }
  return text.replace(/\/+$/, "");
}

/** Whoever knows the URL may post there: it is not shown. */
function readWebhook(read: VariableReader): string | null {
  const text = read.raw("ALERT_WEBHOOK")?.trim() ?? "";
  if (text === "") return null;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    read.tell("ALERT_WEBHOOK", "must be an http or https URL", "[hidden]");
  const format = url?.searchParams.get("format") ?? null;
  if (format !== null && format !== "text" && format !== "json")
    read.tell("ALERT_WEBHOOK", "`format` in its query must be text or json", "[hidden]");
  return text;
}

function readHost(read: VariableReader): string {
  const host = read.text("LISTEN_HOST");
  if (parseAddress(host) === null && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host))
    read.tell("LISTEN_HOST", "must be an address or a host name, without port or brackets");
  return host;
}

function readModelMap(read: VariableReader): ModelMap | null {
  const wanted = 'must be a JSON object of names and replacements, such as {"gpt-4": "llama3"}';
  const value = parseJson(read.text("MODEL_MAP"));
  if (!isRecord(value)) {
    read.tell("MODEL_MAP", wanted);
    return null;
  }
  const pairs: [string, string][] = [];
  for (const [from, to] of Object.entries(value))
    if (typeof to === "string") pairs.push([from, to]);
    else read.tell("MODEL_MAP", `key ${JSON.stringify(from)}: the replacement must be text`);
  const compiled = compileModelMap(pairs);
  if ("modelMap" in compiled) return compiled.modelMap;
  for (const problem of compiled.problems) read.tell("MODEL_MAP", problem);
  return null;
}

/** Rounded up, so that the shortest time is not none. */
const ms = (seconds: number): number => Math.ceil(seconds * 1000);

/** 0 days: no limit. */
const ageMs = (age: number): number | null => (age === 0 ? null : age * msPerDay);
