// `params:` of a server, an alias, an instance or a route: fields of requests that are changed on their way upstream.
import { noParams, type ParamChange, type Params, paramsOf } from "../routing/params.ts";
import type { ConfigNode, MapNode, Position, ScalarNode } from "./config-node.ts";
import type { NodeReader } from "./reader.ts";

/** What the router decides itself, or nobody but the client should. */
const untouchable: ReadonlyMap<string, string> = new Map([
  ["model", "an instance's or a route's `model` names it"],
  ["stream", "the client decides that"],
  ["messages", "they are the client's"],
  ["input", "it is the client's"],
]);

/** Problems are reported with their positions. @returns null where there are any */
export function parseParams(reader: NodeReader, node: ConfigNode): Params | null {
  const entries = reader.entries(node, "params", ["set", "default", "drop"]);
  if (entries === null) return null;
  const changes = new Map<string, ParamChange>();
  let isSound = true;
  const take = (path: readonly string[] | null, at: Position, change: Change | null): void => {
    const name = path?.join(".") ?? "";
    const earlier = changes.get(name);
    if (earlier !== undefined)
      reader.tell(at, `params: "${name}" is changed twice, by ${earlier.kind} and ${change?.kind}`);
    if (path === null || change === null || earlier !== undefined) isSound = false;
    else changes.set(name, { ...change, path });
  };
  for (const kind of ["set", "default"] as const) {
    const fields = entries.get(kind);
    if (fields === undefined) continue;
    const read = reader.entries(fields.value, `${kind} of params`, null);
    if (read === null) isSound = false;
    for (const { key, at, value, keyIsNoText } of read?.values() ?? []) {
      const path =
        keyIsNoText === true ? notText(reader, at, key) : fieldPath(reader, at, key, kind);
      const written = valueOf(reader, value, `${key} in ${kind} of params`);
      take(path, at, written === null ? null : { kind, ...written });
    }
  }
  const drop = entries.get("drop")?.value;
  const dropped = drop === undefined ? [] : drop.kind === "list" ? drop.items : [drop];
  for (const item of dropped) {
    const text = reader.text(item, "drop of params");
    const path = text === null ? null : fieldPath(reader, item.at, text.text, "drop");
    take(path, item.at, { kind: "drop", json: "", shown: "" });
  }
  if (!isSound) return null;
  return changes.size === 0 ? noParams : paramsOf([...changes.values()]);
}

type Change = Omit<ParamChange, "path">;

function notText(reader: NodeReader, at: Position, key: string): null {
  reader.tell(at, `params: a field's name must be text; put ${key || "it"} in quotes`);
  return null;
}

function fieldPath(
  reader: NodeReader,
  at: Position,
  name: string,
  kind: ParamChange["kind"],
): readonly string[] | null {
  const path = name.split(".");
  const [first = ""] = path;
  const why = untouchable.get(first);
  if (name.trim() === "") reader.tell(at, `${kind} of params: a field's name is empty`);
  else if (path.some((part) => part.trim() === ""))
    reader.tell(at, `${kind} of params: "${name}" has an empty part; write a.b for b within a`);
  else if (why !== undefined)
    reader.tell(at, `${kind} of params: "${first}" cannot be changed here: ${why}`);
  else return path;
  return null;
}

/** JSON texts: as it is sent, and without the values of variables. */
interface JsonValue {
  readonly json: string;
  readonly shown: string;
}

function valueOf(reader: NodeReader, node: ConfigNode, what: string): JsonValue | null {
  switch (node.kind) {
    case "scalar":
      return scalarOf(reader, node, what);
    case "list":
      return joined(
        node.items.map((item) => valueOf(reader, item, what)),
        "[",
        "]",
      );
    case "map":
      return joined(membersOf(reader, node, what), "{", "}");
  }
}

function membersOf(reader: NodeReader, node: MapNode, what: string): readonly (JsonValue | null)[] {
  return [...(reader.entries(node, what, null)?.values() ?? [])].map(({ key, value }) => {
    const read = valueOf(reader, value, what);
    const name = JSON.stringify(key);
    return read && { json: `${name}:${read.json}`, shown: `${name}:${read.shown}` };
  });
}

function joined(
  parts: readonly (JsonValue | null)[],
  open: string,
  close: string,
): JsonValue | null {
  const read = parts.filter((part) => part !== null);
  if (read.length < parts.length) return null;
  const of = (key: keyof JsonValue) => open + read.map((part) => part[key]).join(",") + close;
  return { json: of("json"), shown: of("shown") };
}

/** A number goes as it is written, with all its digits. */
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

function scalarOf(reader: NodeReader, node: ScalarNode, what: string): JsonValue | null {
  const { value, digits } = node;
  if (typeof value === "string") {
    const text = reader.anyText(node, what);
    if (text === null) return null;
    const shown = JSON.stringify(text.fromEnvironment ? text.shown : text.text);
    return { json: JSON.stringify(text.text), shown };
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    reader.tell(node.at, `${what}: JSON has no such number`);
    return null;
  }
  const json = digits !== undefined && jsonNumber.test(digits) ? digits : JSON.stringify(value);
  return { json, shown: json };
}
