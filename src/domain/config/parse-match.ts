// `match:` of a rule: conditions that must all hold, each any-of its list.
import { parseAddressMatcher } from "../net/address-matcher.ts";
import type { AddressMatcher } from "../net/address-matcher.ts";
import { parseTextMatcher } from "../routing/text-matcher.ts";
import type { RuleMatch, TextMatcher } from "../routing/types.ts";
import type { ConfigNode } from "./config-node.ts";
import { isHeaderName } from "./parse-servers.ts";
import type { NodeReader } from "./reader.ts";
import { type MatchKey, matchKeys } from "./routes-keys.ts";

const known: readonly string[] = Object.keys(matchKeys);

/** @returns null where `match` is not a mapping; a condition with problems is left out, having been reported */
export function parseMatch(reader: NodeReader, node: ConfigNode): RuleMatch | null {
  const entries = reader.entries(node, "match", known);
  if (entries === null) return null;
  const texts = (key: MatchKey): readonly TextMatcher[] | null => {
    const entry = entries.get(key);
    return entry === undefined ? null : parseTexts(reader, entry.value, key);
  };
  const source = entries.get("source_host");
  const header = entries.get("header");
  return {
    model: texts("model"),
    sourceHost: source === undefined ? null : parseAddresses(reader, source.value),
    path: texts("path"),
    user: texts("user"),
    headers: header === undefined ? [] : parseHeaders(reader, header.value),
  };
}

function parseTexts(reader: NodeReader, node: ConfigNode, what: string): readonly TextMatcher[] {
  const matchers: TextMatcher[] = [];
  for (const item of reader.oneOrMore(node, what)) {
    const text = reader.text(item, what);
    if (text === null) continue;
    const parsed = parseTextMatcher(text.text);
    if ("problem" in parsed)
      reader.tell(text.at, `${what}: ${text.why(`bad pattern ${text.shown}: ${parsed.problem}`)}`);
    else matchers.push(parsed.matcher);
  }
  return matchers;
}

function parseAddresses(reader: NodeReader, node: ConfigNode): AddressMatcher | null {
  const texts = reader
    .oneOrMore(node, "source_host")
    .map((item) => reader.text(item, "source_host"))
    .filter((text) => text !== null);
  // One by one first, so that every bad item of a list is reported.
  for (const text of texts) {
    const alone = parseAddressMatcher([text.text]);
    if ("problem" in alone) reader.tell(text.at, `source_host: ${text.why(alone.problem)}`);
  }
  const all = parseAddressMatcher(texts.map(({ text }) => text));
  return "problem" in all ? null : all.matcher;
}

function parseHeaders(reader: NodeReader, node: ConfigNode): RuleMatch["headers"] {
  const headers: RuleMatch["headers"][number][] = [];
  for (const { key, at, value } of reader.entries(node, "header", null)?.values() ?? []) {
    if (!isHeaderName(key)) reader.tell(at, `"${key}" is not a header name`);
    headers.push({ name: key.toLowerCase(), values: parseTexts(reader, value, `header ${key}`) });
  }
  return headers;
}
