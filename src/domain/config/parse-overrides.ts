// The keys that may be set on a server, an alias, an instance or a route, beside what the environment says.
import type {
  CommitPoint,
  OnBreak,
  PolicyOverrides,
  Requirement,
  ThinkingMode,
} from "../routing/types.ts";
import { noOverrides } from "../routing/policy.ts";
import type { ConfigNode, MapEntry } from "./config-node.ts";
import { parseParams } from "./parse-params.ts";
import type { NumberRange, NodeReader } from "./reader.ts";
import { type HandlingKey, handlingKeys } from "./routes-keys.ts";

/** Timers count in signed 32-bit ms; longer ones would fire at once. */
const maxSeconds = 2_000_000;

/** What every time-out in the configuration may be, in seconds. */
export const timeoutSeconds: NumberRange = {
  whole: false,
  min: 0,
  aboveMin: true,
  max: maxSeconds,
};

/** Each attempt may wait; more would keep a client longer than any of them stays. */
const retryCount: NumberRange = { whole: true, min: 0, max: 10 };

const thinkingWords: Readonly<Record<string, ThinkingMode>> = {
  strip: "strip",
  true: "strip",
  keep: "keep",
  false: "keep",
  move: "move",
};

type OverrideReader = (reader: NodeReader, node: ConfigNode, key: string) => PolicyOverrides | null;

const readers: Readonly<Record<HandlingKey, OverrideReader>> = {
  strip_thinking: (reader, node, key) => {
    if (node.kind === "scalar" && typeof node.value === "boolean")
      return { stripThinking: node.value ? "strip" : "keep" };
    const word = reader.oneOf(node, key, Object.keys(thinkingWords));
    const mode = word === null ? undefined : thinkingWords[word];
    return mode === undefined ? null : { stripThinking: mode };
  },
  strip_json_markdown: (reader, node, key) =>
    some(reader.bool(node, key), (stripJsonMarkdown) => ({ stripJsonMarkdown })),
  disable_thinking: (reader, node, key) =>
    some(reader.bool(node, key), (disableThinking) => ({ disableThinking })),
  thinking_prefilled: (reader, node, key) =>
    some(reader.bool(node, key), (thinkingPrefilled) => ({ thinkingPrefilled })),
  commit: (reader, node, key) =>
    some(
      reader.oneOf<CommitPoint>(node, key, ["first_content", "first_answer", "full"]),
      (commit) => ({ commit }),
    ),
  on_break: (reader, node, key) =>
    some(reader.oneOf<OnBreak>(node, key, ["event", "reset"]), (onBreak) => ({ onBreak })),
  retries: (reader, node, key) =>
    some(reader.number(node, key, retryCount), (retries) => ({ retries })),
  stop_on: (reader, node, key) => {
    // An empty list takes back what a farther level said.
    const items = node.kind === "list" ? node.items : [node];
    const codes = items.map((item) => reader.text(item, key)?.text ?? null);
    return codes.includes(null) ? null : { stopOn: codes.filter((code) => code !== null) };
  },
  connect_timeout: (reader, node, key) =>
    some(seconds(reader, node, key), (connectTimeoutMs) => ({ connectTimeoutMs })),
  first_token_timeout: (reader, node, key) =>
    // Nothing takes back what a farther level said: wait.
    isEmpty(node)
      ? { firstTokenTimeoutMs: null }
      : some(seconds(reader, node, key), (firstTokenTimeoutMs) => ({ firstTokenTimeoutMs })),
  race_after: (reader, node, key) =>
    isEmpty(node)
      ? { raceAfterMs: null }
      : some(seconds(reader, node, key), (raceAfterMs) => ({ raceAfterMs })),
  request_timeout: (reader, node, key) =>
    some(seconds(reader, node, key), (requestTimeoutMs) => ({ requestTimeoutMs })),
  require: (reader, node, key) => {
    const items = node.kind === "list" ? node.items : [node];
    const named = items.map((item) =>
      reader.oneOf<Requirement>(item, key, ["content", "json", "schema"]),
    );
    return named.includes(null) ? null : { require: named.filter((one) => one !== null) };
  },
  params: (reader, node) => some(parseParams(reader, node), (params) => ({ params })),
};

export const overrideKeys: readonly string[] = Object.keys(handlingKeys);

/** What the entries of a mapping say of the policy; other keys are left to the caller. */
export function parseOverrides(
  reader: NodeReader,
  entries: ReadonlyMap<string, MapEntry>,
): PolicyOverrides {
  let overrides = noOverrides;
  for (const [key, read] of Object.entries(readers)) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    overrides = { ...overrides, ...read(reader, entry.value, key) };
  }
  return overrides;
}

function isEmpty(node: ConfigNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

function seconds(reader: NodeReader, node: ConfigNode, key: string): number | null {
  return some(reader.number(node, key, timeoutSeconds), (value) => Math.ceil(value * 1000));
}

function some<T, R>(value: T | null, then: (value: T) => R): R | null {
  return value === null ? null : then(value);
}
