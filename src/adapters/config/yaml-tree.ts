// YAML and JSON text as a tree with positions: anchors and merge keys resolved, aliases kept from exploding.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type {
  ConfigNode,
  ConfigProblem,
  MapEntry,
  Position,
} from "../../domain/config/config-node.ts";

/** Far above any configuration; an alias that contains itself, or a bomb of aliases, gets there at once. */
const maxDepth = 50;
const maxNodes = 100_000;

/** Reads text as YAML 1.2 (with merge keys) or as JSON; duplicate keys are kept for the reader to report. */
export function parseTree(
  text: string,
  file: string,
  language: "yaml" | "json",
): { readonly root: ConfigNode } | { readonly problems: readonly ConfigProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
    schema: language === "json" ? "json" : "core",
  });
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    // Before the first character the library counts from 0.
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0)
    return {
      problems: syntax.map(({ message, pos }) => ({ file, ...positionOf(pos[0]), message })),
    };
  const problems: ConfigProblem[] = [];
  const root = convert(document, positionOf, ({ line, column }, message) => {
    problems.push({ file, line, column, message });
  });
  return problems.length > 0 ? { problems } : { root };
}

type Tell = (at: Position, message: string) => void;

function convert(
  document: Document.Parsed,
  positionOf: (offset: number) => Position,
  tell: Tell,
): ConfigNode {
  let nodes = 0;
  let exploded = false;

  // The library searches the whole document for each; within what aliases repeat, they are the same ones.
  const targets = new Map<Alias, Node | undefined>();
  const targetOf = (alias: Alias): Node | undefined => {
    if (!targets.has(alias)) targets.set(alias, alias.resolve(document));
    return targets.get(alias);
  };

  const empty = (at: Position): ConfigNode => ({ kind: "scalar", at, value: null });

  const node = (from: Node | null, near: Position, depth: number): ConfigNode => {
    const at = from?.range ? positionOf(from.range[0]) : near;
    if (exploded) return empty(at);
    if (++nodes > maxNodes || depth > maxDepth) {
      exploded = true;
      tell(at, "the file is too deep or, with its aliases resolved, too large");
      return empty(at);
    }
    if (from === null) return empty(at);
    if (isAlias(from)) {
      const target = targetOf(from);
      if (target !== undefined) return node(target, at, depth + 1);
      tell(at, `there is no anchor &${from.source}`);
      return empty(at);
    }
    if (isMap(from)) return { kind: "map", at, entries: entries(from, at, depth + 1) };
    if (isSeq(from))
      return {
        kind: "list",
        at,
        items: from.items.map((item) => node(item as Node | null, at, depth + 1)),
      };
    const value = isScalar(from) ? from.value : null;
    if (
      typeof value === "string" ||
      typeof value === "number" ||
      typeof value === "boolean" ||
      value === null
    )
      return typeof value === "number" && isScalar(from)
        ? { kind: "scalar", at, value, digits: from.source ?? String(value) }
        : { kind: "scalar", at, value };
    tell(at, "this kind of value is not supported here");
    return empty(at);
  };

  const entries = (map: YAMLMap, near: Position, depth: number): readonly MapEntry[] => {
    const own: MapEntry[] = [];
    const merged: MapEntry[] = [];
    for (const pair of map.items) {
      const key = pair.key as Node | null;
      const value = pair.value as Node | null;
      const at = key?.range ? positionOf(key.range[0]) : near;
      if (key !== null && !isScalar(key)) tell(at, "a key must be plain text");
      else if (key?.value === "<<" && key.type === "PLAIN")
        merged.push(...mergedEntries(node(value, at, depth), tell));
      else {
        const isText = key === null ? false : typeof key.value === "string";
        const entry = { key: keyText(key), at, value: node(value, at, depth) };
        own.push(isText ? entry : { ...entry, keyIsNoText: true });
      }
    }
    // What is written here wins over what is merged in, and the earlier of merged ones over the later.
    const taken = new Set(own.map(({ key }) => key));
    for (const entry of merged) {
      if (taken.has(entry.key)) continue;
      taken.add(entry.key);
      own.push(entry);
    }
    return own;
  };

  return node(document.contents, { line: 1, column: 1 }, 0);
}

/** A key as written: `1.0` is a name here, not a number. */
function keyText(key: Scalar | null): string {
  if (key === null) return "";
  return typeof key.value === "string" ? key.value : (key.source ?? "");
}

/** The entries that `<<` brings: those of a mapping, or of a list of mappings. */
function mergedEntries(from: ConfigNode, tell: Tell): readonly MapEntry[] {
  if (from.kind === "map") return from.entries;
  if (from.kind === "list") return from.items.flatMap((item) => mergedEntries(item, tell));
  tell(from.at, "<< can only merge a mapping or a list of mappings");
  return [];
}
