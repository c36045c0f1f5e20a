// The fields of requests as the types of their makers' packages have them: what reads this fails when they grow.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface SdkTypes {
  has(name: string): boolean;
  /** The members of an interface. */
  keysOf(name: string): readonly string[];
  /** Those of them that are always there. */
  requiredOf(name: string): readonly string[];
  /** The names that a union consists of; of texts, the texts. */
  membersOf(union: string): readonly string[];
  /** The text by which an interface of a union is recognised, its `type`; null where it has none, or may do without. */
  typeOf(name: string): string | null;
  /** Every interface that a request of this one may hold. @param unless whose own are not looked at */
  heldBy(name: string, unless?: ReadonlySet<string>): readonly string[];
}

interface Declared {
  /** What stands between its braces, or behind its `=`. */
  readonly text: string;
  readonly kind: "interface" | "union";
  /** The namespace that it stands in, with a dot at its end; empty where it is in none. */
  readonly within: string;
}

/** @param modules whose declarations are read as one; where two have the same name, the first counts */
export function readSdkTypes(...modules: readonly string[]): SdkTypes {
  const declared = new Map<string, Declared>();
  for (const module of modules)
    for (const [name, found] of declarationsIn(sourceOf(module)))
      if (!declared.has(name)) declared.set(name, found);

  function find(name: string): Declared {
    const found = declared.get(name);
    if (found === undefined) throw new Error(`${modules[0]} has no ${name}`);
    return found;
  }

  /** The names of declarations in a text that stands in a namespace, or in a type that has one of its own. */
  function namesIn(text: string, within: string): readonly string[] {
    return [...text.matchAll(/[A-Z]\w*(?:\.[A-Z]\w*)*/g)].flatMap(([name]) => {
      const found = [...ways(within, name)].find((one) => declared.has(one));
      return found === undefined ? [] : [found];
    });
  }

  function typeOf(name: string): string | null {
    return /^\s*type: '([\w.]+)'/m.exec(find(name).text)?.[1] ?? null;
  }

  return {
    has: (name) => declared.has(name),
    typeOf,
    keysOf: (name) => keysIn(find(name).text),
    requiredOf: (name) => keysIn(find(name).text, ":"),
    membersOf: (union) =>
      find(union)
        .text.split("|")
        .map((one) => one.trim().replace(/^'(.*)'$/, "$1"))
        .filter((one) => one !== ""),
    heldBy(name, unless = new Set()) {
      const seen = new Set<string>();
      const interfaces: string[] = [];
      const visit = (one: string): void => {
        if (seen.has(one) || unless.has(one)) return;
        seen.add(one);
        const { text, kind, within } = find(one);
        if (kind === "interface") interfaces.push(one);
        for (const held of namesIn(text, within)) visit(held);
      };
      visit(name);
      return interfaces;
    },
  };
}

/** What a name may stand for, from the inside out; at last, a module's own name is in front of it. */
function* ways(within: string, name: string): Generator<string> {
  for (let outer = within; outer !== ""; outer = outer.replace(/\w+\.$/, "")) yield outer + name;
  yield name;
  yield name.replace(/^\w+\./, "");
}

function sourceOf(module: string): string {
  const path = fileURLToPath(import.meta.resolve(module)).replace(/\.m?js$/, ".d.ts");
  return readFileSync(path, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
}

/** Of an interface's body: names at the smallest depth. @param mark what follows them */
function keysIn(body: string, mark = "\\??:"): readonly string[] {
  const indents = [...body.matchAll(/^( +)\w+\??:/gm)].map(([, indent = ""]) => indent.length);
  const pattern = new RegExp(`^ {${Math.min(...indents)}}(\\w+)${mark}`, "gm");
  return [...body.matchAll(pattern)].map(([, key = ""]) => key);
}

/** Declarations in the form that TypeScript writes them: each depth is four spaces, and its end stands below its beginning. */
function declarationsIn(source: string): readonly (readonly [string, Declared])[] {
  const found: (readonly [string, Declared])[] = [];
  const read = (text: string, depth: number, within: string): void => {
    const indent = " ".repeat(depth * 4);
    const block = new RegExp(
      `^${indent}(?:export )?(?:declare )?(interface|namespace) (\\w+)[^{\\n]*\\{\\n([\\s\\S]*?)\\n${indent}\\}`,
      "gm",
    );
    for (const [, kind, name = "", body = ""] of text.matchAll(block))
      if (kind === "namespace") read(body, depth + 1, `${within}${name}.`);
      else
        found.push([within + name, { text: body, kind: "interface", within: `${within}${name}.` }]);
    const alias = new RegExp(`^${indent}(?:export )?type (\\w+) = ([^;]+);`, "gm");
    for (const [, name = "", union = ""] of text.matchAll(alias))
      found.push([within + name, { text: union, kind: "union", within }]);
  };
  read(source, 0, "");
  return found;
}
