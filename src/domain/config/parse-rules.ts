// `routes:` of the routes file: rules, first match wins.
import { describeMatch } from "../routing/match-rule.ts";
import type { Rule, Server } from "../routing/types.ts";
import type { ConfigNode, MapEntry } from "./config-node.ts";
import { parseMatch } from "./parse-match.ts";
import { overrideKeys, parseOverrides } from "./parse-overrides.ts";
import { parseUrl } from "./parse-servers.ts";
import type { NodeReader } from "./reader.ts";
import { routeKeys } from "./routes-keys.ts";
import type { ServerLookup } from "./server-lookup.ts";

const knownOfRoute: readonly string[] = [...Object.keys(routeKeys), ...overrideKeys];

export function parseRules(
  reader: NodeReader,
  node: ConfigNode,
  lookup: ServerLookup,
): readonly Rule[] {
  if (node.kind !== "list") {
    reader.tell(node.at, "routes must be a list");
    return [];
  }
  return node.items
    .map((item, index) => parseRule(reader, item, index + 1, lookup))
    .filter((rule) => rule !== null);
}

function parseRule(
  reader: NodeReader,
  node: ConfigNode,
  number: number,
  lookup: ServerLookup,
): Rule | null {
  const what = `route ${number}`;
  const entries = reader.entries(node, what, ["match", "route"]);
  if (entries === null) return null;
  const matchNode = entries.get("match");
  const routeNode = entries.get("route");
  if (matchNode === undefined)
    reader.tell(node.at, `${what} has no match (write match: {} to match every request)`);
  if (routeNode === undefined) reader.tell(node.at, `${what} has no route`);
  const match = matchNode === undefined ? null : parseMatch(reader, matchNode.value);
  const route =
    routeNode === undefined
      ? null
      : reader.entries(routeNode.value, `route of ${what}`, knownOfRoute);
  if (route === null || routeNode === undefined) return null;
  if (!route.has("upstream") && !route.has("model"))
    reader.tell(routeNode.value.at, `route of ${what} needs an upstream, a model or both`);

  const overrides = parseOverrides(reader, route);
  const modelNode = route.get("model")?.value;
  const model = modelNode === undefined ? null : (reader.text(modelNode, "model")?.text ?? null);
  const server = parseUpstream(reader, route.get("upstream"), lookup);
  if (match === null) return null;
  const parts = { number, line: node.at.line, match, overrides };
  const says = (does: string): string =>
    `rule ${number} (${reader.file}:${node.at.line}) matches ${describeMatch(match)} and ${does}`;
  if (server !== null) {
    const renames = model === null ? "" : ` as ${model}`;
    return { ...parts, server, model, says: says(`sends it to ${server.name}${renames}`) };
  }
  if (model === null) return null;
  return { ...parts, server, model, says: says(`renames the model to ${model}`) };
}

/** A URL or a server's name. */
function parseUpstream(
  reader: NodeReader,
  entry: MapEntry | undefined,
  lookup: ServerLookup,
): Server | null {
  if (entry === undefined) return null;
  const text = reader.text(entry.value, "upstream");
  if (text === null) return null;
  if (text.text.includes("://")) {
    const url = parseUrl(reader, entry.value, "upstream");
    return url === null ? null : lookup.byUrl(url);
  }
  const server = lookup.byName(text.text);
  if (server === null || !("problem" in server)) return server;
  const detail = `${server.problem} (a URL begins with http:// or https://)`;
  reader.tell(text.at, `upstream: ${text.why(detail)}`);
  return null;
}
