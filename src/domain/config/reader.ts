// Reads typed values out of a configuration tree, and gathers every problem on the way.
import type { ConfigNode, ConfigProblem, MapEntry, Position } from "./config-node.ts";
import { substituteVariables } from "./substitute.ts";
import type { Environment } from "./substitute.ts";
import { didYouMean } from "./suggest.ts";

/** Readers return null where a value is absent or wrong; what is wrong has then been reported. */
export interface NodeReader {
  readonly file: string;
  /** Everything reported so far, in the order of the file. */
  problems(): readonly ConfigProblem[];
  tell(at: Position, message: string): void;
  /** The entries of a mapping by key; keys not in `known` and repeated ones are reported. `known: null`: any key. */
  entries(
    node: ConfigNode,
    what: string,
    known: readonly string[] | null,
  ): ReadonlyMap<string, MapEntry> | null;
  /** The items of a non-empty list; a single value counts as a list of one. */
  oneOrMore(node: ConfigNode, what: string): readonly ConfigNode[];
  /** Text that is not blank, `${VAR}` substituted. Problems never repeat what was written: it may be a secret. */
  text(node: ConfigNode, what: string): Text | null;
  /** As `text`, but it may be blank. */
  anyText(node: ConfigNode, what: string): Text | null;
  bool(node: ConfigNode, what: string): boolean | null;
  number(node: ConfigNode, what: string, range: NumberRange): number | null;
  oneOf<T extends string>(node: ConfigNode, what: string, allowed: readonly T[]): T | null;
}

export interface Text {
  readonly text: string;
  /** For problems: as written in the file, so without what came from the environment. */
  readonly shown: string;
  /** Some of it came from the environment, and so may be secret. */
  readonly fromEnvironment: boolean;
  readonly at: Position;
  /** What is wrong with it, as long as that shows nothing of the environment's values. */
  why(detail: string): string;
}

export interface NumberRange {
  readonly whole: boolean;
  /** Excluded where `aboveMin` is set. */
  readonly min: number;
  readonly aboveMin?: boolean;
  readonly max: number;
}

const words: ReadonlyMap<string, boolean> = new Map([
  ...["1", "true", "yes", "on"].map((word) => [word, true] as const),
  ...["0", "false", "no", "off"].map((word) => [word, false] as const),
]);

/** A truth value as variables and the routes file write it; null where the text is not a valid one. */
export function parseBoolean(text: string): boolean | null {
  return words.get(text.trim().toLowerCase()) ?? null;
}

/** The range in words: `a whole number from 0 to 10`. */
export function rangeText({ whole, min, aboveMin, max }: NumberRange): string {
  const from = aboveMin === true ? `above ${min}` : `from ${min}`;
  return `a ${whole ? "whole " : ""}number ${from} ${aboveMin === true ? "up " : ""}to ${max}`;
}

/** A decimal number within a range; null where the text is none. */
export function parseNumber(text: string, range: NumberRange): number | null {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return null;
  return inRange(Number(text), range) ? Number(text) : null;
}

function inRange(value: number, { whole, min, aboveMin, max }: NumberRange): boolean {
  if (whole && !Number.isSafeInteger(value)) return false;
  return value <= max && (aboveMin === true ? value > min : value >= min);
}

export function createReader(file: string, env: Environment): NodeReader {
  // By position and words: what a YAML alias repeats is one mistake.
  const problems = new Map<string, ConfigProblem>();

  const tell = ({ line, column }: Position, message: string): void => {
    problems.set(`${line}:${column}:${message}`, { file, line, column, message });
  };

  /** A scalar with its variables in place; text from the environment may stand for any type. */
  const scalar = (
    node: ConfigNode,
    what: string,
    wanted: string,
  ): { value: string | number | boolean; shown: string; fromEnvironment: boolean } | null => {
    if (node.kind !== "scalar" || node.value === null) {
      tell(node.at, `${what} must be ${wanted}, not ${kindText(node)}`);
      return null;
    }
    if (typeof node.value !== "string")
      return { value: node.value, shown: String(node.value), fromEnvironment: false };
    const substituted = substituteVariables(node.value, env);
    if ("problem" in substituted) {
      tell(node.at, `${what}: ${substituted.problem}`);
      return null;
    }
    const { text, fromEnvironment } = substituted;
    return { value: text, shown: shorten(node.value), fromEnvironment };
  };

  const anyText = (node: ConfigNode, what: string): Text | null => {
    const read = scalar(node, what, "text");
    if (read === null) return null;
    if (typeof read.value !== "string") {
      tell(node.at, `${what} must be text; put the ${typeof read.value} in quotes`);
      return null;
    }
    const { value: text, shown, fromEnvironment } = read;
    return {
      text,
      shown,
      fromEnvironment,
      at: node.at,
      why: (detail) =>
        fromEnvironment ? `${shown} is not valid here (its value is not shown)` : detail,
    };
  };

  return {
    file,
    problems: () =>
      [...problems.values()].toSorted((a, b) => a.line - b.line || a.column - b.column),
    tell,

    entries(node, what, known) {
      if (node.kind !== "map") {
        tell(node.at, `${what} must be a mapping, not ${kindText(node)}`);
        return null;
      }
      const found = new Map<string, MapEntry>();
      for (const entry of node.entries) {
        const earlier = found.get(entry.key);
        if (earlier !== undefined)
          tell(entry.at, `duplicate key "${entry.key}" (first on line ${earlier.at.line})`);
        else if (known !== null && !known.includes(entry.key))
          tell(
            entry.at,
            `unknown key "${entry.key}" in ${what}${didYouMean(entry.key, known) || `; known are ${known.join(", ")}`}`,
          );
        else found.set(entry.key, entry);
      }
      return found;
    },

    oneOrMore(node, what) {
      if (node.kind !== "list") return [node];
      if (node.items.length === 0) tell(node.at, `${what} is an empty list`);
      return node.items;
    },

    anyText,

    text(node, what) {
      const text = anyText(node, what);
      if (text?.text.trim() !== "") return text;
      tell(node.at, `${what} is empty`);
      return null;
    },

    bool(node, what) {
      const read = scalar(node, what, "true or false");
      if (read === null) return null;
      const value =
        typeof read.value === "boolean"
          ? read.value
          : typeof read.value === "string"
            ? parseBoolean(read.value)
            : null;
      if (value === null) tell(node.at, `${what}: "${read.shown}" must be true or false`);
      return value;
    },

    number(node, what, range) {
      const wanted = rangeText(range);
      const read = scalar(node, what, wanted);
      if (read === null) return null;
      const value =
        typeof read.value === "number" && inRange(read.value, range)
          ? read.value
          : typeof read.value === "string" && read.fromEnvironment
            ? parseNumber(read.value, range)
            : null;
      if (value === null) tell(node.at, `${what}: ${read.shown} must be ${wanted}`);
      return value;
    },

    oneOf(node, what, allowed) {
      const read = scalar(node, what, `one of ${allowed.join(", ")}`);
      if (read === null) return null;
      const value = allowed.find((word) => word === read.value) ?? null;
      if (value === null)
        tell(
          node.at,
          `${what}: "${read.shown}" must be one of ${allowed.join(", ")}${didYouMean(read.shown, allowed)}`,
        );
      return value;
    },
  };
}

function kindText(node: ConfigNode): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "empty";
  return typeof node.value === "string" ? "text" : `a ${typeof node.value}`;
}

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
