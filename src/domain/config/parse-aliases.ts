// `aliases:` of the routes file: a friendly name → instances tried in order.
import type { Alias, AliasInstance, Balance, Server } from "../routing/types.ts";
import { noOverrides } from "../routing/policy.ts";
import type { ConfigNode, ListNode, MapEntry, ScalarNode } from "./config-node.ts";
import { overrideKeys, parseOverrides } from "./parse-overrides.ts";
import { parseUrl } from "./parse-servers.ts";
import type { NodeReader, NumberRange, Text } from "./reader.ts";
import { aliasKeys, instanceKeys } from "./routes-keys.ts";
import type { ServerLookup } from "./server-lookup.ts";

const knownOfAlias: readonly string[] = [...Object.keys(aliasKeys), ...overrideKeys];
const knownOfInstance: readonly string[] = [...Object.keys(instanceKeys), ...overrideKeys];

const balances: readonly Balance[] = ["order", "spread", "warm"];
const weights: NumberRange = { whole: false, min: 1, max: 1_000_000 };
/** Of an instance that says nothing of it. */
const usualWeight = 1;

export function parseAliases(
  reader: NodeReader,
  node: ConfigNode,
  lookup: ServerLookup,
): ReadonlyMap<string, Alias> {
  const aliases = new Map<string, Alias>();
  for (const entry of reader.entries(node, "aliases", null)?.values() ?? []) {
    const alias = parseAlias(reader, entry, lookup);
    if (alias !== null) aliases.set(alias.name, alias);
  }
  return aliases;
}

function parseAlias(reader: NodeReader, entry: MapEntry, lookup: ServerLookup): Alias | null {
  const { key: name, at, value: node } = entry;
  const what = `alias "${name}"`;
  if (name.trim() === "") reader.tell(at, "an alias must have a name");
  const entries = reader.entries(node, what, knownOfAlias);
  if (entries === null) return null;
  const overrides = parseOverrides(reader, entries);
  const balanceNode = entries.get("balance")?.value;
  const balance =
    balanceNode === undefined ? null : reader.oneOf<Balance>(balanceNode, "balance", balances);
  const instances = entries.get("instances");
  if (instances === undefined) {
    reader.tell(at, `${what} has no instances`);
    return null;
  }
  const list = instances.value;
  if (list.kind !== "list") {
    reader.tell(list.at, `instances of ${what} must be a list`);
    return null;
  }
  if (list.items.length === 0) reader.tell(list.at, `${what} is empty: it needs an instance`);
  const [first, ...rest] = parseInstances(reader, list, what, lookup);
  return first === undefined
    ? null
    : {
        name,
        instances: [first, ...rest],
        balance: balance ?? "order",
        overrides,
        line: at.line,
      };
}

function parseInstances(
  reader: NodeReader,
  list: ListNode,
  what: string,
  lookup: ServerLookup,
): readonly AliasInstance[] {
  return list.items
    .map((item) =>
      item.kind === "scalar"
        ? shortInstance(reader, item, what, lookup)
        : longInstance(reader, item, what, lookup),
    )
    .filter((instance) => instance !== null);
}

/** `server/model`, where everything after the first slash is the model; or a server alone. */
function shortInstance(
  reader: NodeReader,
  node: ScalarNode,
  what: string,
  lookup: ServerLookup,
): AliasInstance | null {
  const text = reader.text(node, `instance of ${what}`);
  if (text === null) return null;
  if (/^https?:\/\//i.test(text.text)) {
    reader.tell(node.at, `instance of ${what}: write a URL as { url: …, model: … }`);
    return null;
  }
  const slash = text.text.indexOf("/");
  const model = slash === -1 ? null : text.text.slice(slash + 1);
  if (model?.trim() === "")
    reader.tell(node.at, `instance "${text.shown}" of ${what}: no model follows the slash`);
  const name = slash === -1 ? text.text : text.text.slice(0, slash);
  const server = named(reader, name, text, what, lookup);
  return server === null ? null : { server, model, weight: usualWeight, overrides: noOverrides };
}

/** `{ server: …, model: … }` or `{ url: …, model: … }`. */
function longInstance(
  reader: NodeReader,
  node: ConfigNode,
  what: string,
  lookup: ServerLookup,
): AliasInstance | null {
  const entries = reader.entries(node, `instance of ${what}`, knownOfInstance);
  if (entries === null) return null;
  const overrides = parseOverrides(reader, entries);
  const modelNode = entries.get("model")?.value;
  const model = modelNode === undefined ? null : (reader.text(modelNode, "model")?.text ?? null);
  const weightNode = entries.get("weight")?.value;
  const weight = weightNode === undefined ? null : reader.number(weightNode, "weight", weights);
  const byName = entries.get("server");
  const byUrl = entries.get("url");
  if ((byName === undefined) === (byUrl === undefined)) {
    reader.tell(node.at, `instance of ${what} must have either a server or a url`);
    return null;
  }
  let server: Server | null = null;
  if (byName !== undefined) {
    const name = reader.text(byName.value, "server");
    server = name === null ? null : named(reader, name.text, name, what, lookup);
  } else if (byUrl !== undefined) {
    const url = parseUrl(reader, byUrl.value, `url of an instance of ${what}`);
    server = url === null ? null : lookup.byUrl(url);
  }
  return server === null ? null : { server, model, weight: weight ?? usualWeight, overrides };
}

function named(
  reader: NodeReader,
  name: string,
  written: Text,
  what: string,
  lookup: ServerLookup,
): Server | null {
  const server = lookup.byName(name);
  if (server === null || !("problem" in server)) return server;
  reader.tell(written.at, `${what}: ${written.why(server.problem)}`);
  return null;
}
