// `servers:` of the routes file: name → URL, or an object.
import type { HeaderList } from "../http/headers.ts";
import { defaultMaxQueue, defaultServerName, plainServer } from "../routing/plain-server.ts";
import { parseProxyUrl, parseServerUrl, shownUrl } from "./server-url.ts";
import type { ServerUrl } from "../routing/upstream-url.ts";
import type { Server, ServerType } from "../routing/types.ts";
import type { ConfigNode, MapEntry } from "./config-node.ts";
import { overrideKeys, parseOverrides } from "./parse-overrides.ts";
import type { NumberRange, NodeReader, Text } from "./reader.ts";
import { parseServerPrices } from "./parse-prices.ts";
import { parseSpeaks } from "./parse-speaks.ts";
import { serverKeys } from "./routes-keys.ts";

const known: readonly string[] = [...Object.keys(serverKeys), ...overrideKeys];

const concurrency: NumberRange = { whole: true, min: 1, max: 1_000_000 };
const queueLength: NumberRange = { whole: true, min: 0, max: 1_000_000 };
const outputTokens: NumberRange = { whole: true, min: 1, max: 1_000_000_000 };

/** They belong to one connection or are made anew for it, so a fixed value would break the message. */
const notConfigurable = ["connection", "content-length", "transfer-encoding", "upgrade", "te"];

/**
 * Reads all servers, in the order written.
 * @param readable whether a file (of `ca`) can be read
 * @returns by name; null for a server that has problems, so that what refers to it is not unknown
 */
export function parseServers(
  reader: NodeReader,
  node: ConfigNode,
  readable: (path: string) => boolean,
): ReadonlyMap<string, Server | null> {
  const servers = new Map<string, Server | null>();
  for (const { key, at, value } of reader.entries(node, "servers", null)?.values() ?? []) {
    const fault = nameFault(key);
    if (fault !== null) reader.tell(at, `server name "${key}" ${fault}`);
    servers.set(key, parseServer(reader, { name: key, line: at.line }, value, readable));
  }
  return servers;
}

function nameFault(name: string): string | null {
  if (name.trim() === "") return "is empty";
  if (name === defaultServerName) return "is taken by DEFAULT_UPSTREAM; choose another";
  // `server/model` and `model [server]` would be ambiguous.
  if (/[/[\]]/.test(name)) return "must not contain a slash or brackets";
  if (name !== name.trim() || /\p{Cc}/u.test(name))
    return "must not begin or end with spaces, or contain control characters";
  return null;
}

function parseServer(
  reader: NodeReader,
  { name, line }: Pick<Server, "name" | "line">,
  node: ConfigNode,
  readable: (path: string) => boolean,
): Server | null {
  const what = `server "${name}"`;
  if (node.kind === "scalar") {
    const url = parseUrl(reader, node, what);
    return url === null ? null : plainServer(name, url, line);
  }
  const entries = reader.entries(node, what, known);
  if (entries === null) return null;
  const value = <T>(key: string, read: (node: ConfigNode, key: string) => T): T | null => {
    const entry = entries.get(key);
    return entry === undefined ? null : read(entry.value, key);
  };
  const type = value("type", (at, key) =>
    reader.oneOf<ServerType>(at, key, ["openai", "ollama", "anthropic"]),
  );
  const url = value("url", (at) => parseUrl(reader, at, `url of ${what}`, type));
  if (!entries.has("url")) reader.tell(node.at, `${what} has no url`);
  const apiKey = value("api_key", (at, key) => printable(reader, reader.text(at, key), key));
  const server = {
    name,
    line,
    apiKey,
    speaks: value("speaks", (at) => parseSpeaks(reader, at, `speaks of ${what}`)),
    headers: value("headers", (at) => parseHeaders(reader, at, what)) ?? [],
    maxConcurrency: value("max_concurrency", (at, key) => reader.number(at, key, concurrency)),
    maxQueue:
      value("max_queue", (at, key) => reader.number(at, key, queueLength)) ?? defaultMaxQueue,
    maxOutputTokens: value("max_output_tokens", (at, key) => reader.number(at, key, outputTokens)),
    ca: value("ca", (at) => parseCa(reader, at, readable)),
    insecure: value("insecure", (at, key) => reader.bool(at, key)) ?? false,
    proxy: value("proxy", (at) => parseProxy(reader, at, `proxy of ${what}`)),
    prices: value("prices", (at) => parseServerPrices(reader, at, `prices of ${what}`)) ?? [],
    overrides: parseOverrides(reader, entries),
  };
  if (url === null) return null;
  return { ...server, baseUrl: url.baseUrl, type: url.type };
}

/**
 * A URL in the file; what is wrong with it is reported without what may be secret in it.
 * @param type what the server is said to speak; null: the URL decides
 */
export function parseUrl(
  reader: NodeReader,
  node: ConfigNode,
  what: string,
  type: ServerType | null = null,
): ServerUrl | null {
  const text = reader.text(node, what);
  if (text === null) return null;
  const url = parseServerUrl(text.text, type);
  if (!("problem" in url)) return url;
  const right = url.right === null || text.fromEnvironment ? "" : `; write ${url.right}`;
  reader.tell(text.at, `${what}: "${shownUrl(text.shown)}" ${url.problem}${right}`);
  return null;
}

function parseHeaders(reader: NodeReader, node: ConfigNode, what: string): HeaderList {
  const headers: [string, string][] = [];
  const seen = new Map<string, MapEntry>();
  for (const entry of reader.entries(node, `headers of ${what}`, null)?.values() ?? []) {
    const name = entry.key.toLowerCase();
    if (!isHeaderName(name)) reader.tell(entry.at, `"${entry.key}" is not a header name`);
    else if (notConfigurable.includes(name))
      reader.tell(entry.at, `header "${entry.key}" is set by the connection and cannot be fixed`);
    else if (seen.has(name))
      reader.tell(entry.at, `duplicate header "${entry.key}" (case is ignored)`);
    const value = printable(reader, reader.text(entry.value, `header ${entry.key}`), entry.key);
    if (value !== null) headers.push([name, value]);
    seen.set(name, entry);
  }
  return headers;
}

/** A field name of RFC 9110 §5.6.2. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** A line break in a header would let what follows it pass as further headers. */
function printable(reader: NodeReader, text: Text | null, what: string): string | null {
  if (text === null) return null;
  const value = text.text.trim();
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  reader.tell(text.at, `${what} must be of printable ASCII characters`);
  return null;
}

function parseProxy(reader: NodeReader, node: ConfigNode, what: string): string | null {
  const text = reader.text(node, what);
  if (text === null) return null;
  const proxy = parseProxyUrl(text.text);
  if ("url" in proxy) return proxy.url;
  reader.tell(text.at, `${what}: "${shownUrl(text.shown)}" ${proxy.problem}`);
  return null;
}

function parseCa(
  reader: NodeReader,
  node: ConfigNode,
  readable: (path: string) => boolean,
): string | null {
  const path = reader.text(node, "ca");
  if (path === null) return null;
  if (!readable(path.text)) reader.tell(path.at, `ca: the file ${path.shown} cannot be read`);
  return path.text;
}
