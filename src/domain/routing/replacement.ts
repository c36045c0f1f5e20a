// What a MODEL_MAP pattern puts in place of a name: text with references to the pattern's groups.
import type { Groups, Pattern } from "./pattern.ts";

/** Text and group numbers, in order. */
export type Replacement = readonly (string | number)[];

/** `$$`, `\\`, `$&`, and a group as `$1`, `${1}`, `${name}`, `$<name>`, `\1` or `\g<name>`. */
const reference = /\$\$|\\\\|\$&|\$(\d{1,2})|\\(\d{1,2})|\$\{(\w+)\}|\$<(\w+)>|\\g<(\w+)>/g;

/**
 * Reads a replacement against the groups that its pattern has. `$0`, `\0` and `$&` stand for the
 * match. Two digits are one number only where there are so many groups, as in JavaScript: with a
 * single group `$10` is group 1 and a zero. Anything else stands for itself.
 * @returns the parts, or a problem in words where a group does not exist
 */
export function parseReplacement(
  text: string,
  pattern: Pick<Pattern, "groupCount" | "groupNames">,
): { readonly replacement: Replacement } | { readonly problem: string } {
  const parts: (string | number)[] = [];
  let end = 0;
  for (const match of text.matchAll(reference)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const bare = match[1] ?? match[2];
    const braced = match[3] ?? match[4] ?? match[5];
    if (match[0] === "$$" || match[0] === "\\\\") parts.push(match[0].slice(1));
    else if (match[0] === "$&") parts.push(0);
    else if (bare !== undefined && Number(bare) > pattern.groupCount && bare.length === 2) {
      const first = group(bare.slice(0, 1), pattern);
      if (first === null) return unknownGroup(match[0], pattern);
      parts.push(first, bare.slice(1));
    } else {
      const found = group(bare ?? braced ?? "", pattern);
      if (found === null) return unknownGroup(match[0], pattern);
      parts.push(found);
    }
  }
  if (end < text.length) parts.push(text.slice(end));
  return { replacement: parts };
}

/** The replacement's text for one match; a group that took no part is empty. */
export function fillReplacement(replacement: Replacement, groups: Groups): string {
  let text = "";
  for (const part of replacement) text += typeof part === "string" ? part : (groups[part] ?? "");
  return text;
}

function group(
  reference: string,
  pattern: Pick<Pattern, "groupCount" | "groupNames">,
): number | null {
  if (!/^\d+$/.test(reference)) return pattern.groupNames.get(reference) ?? null;
  const number = Number(reference);
  return number <= pattern.groupCount ? number : null;
}

function unknownGroup(
  reference: string,
  pattern: Pick<Pattern, "groupCount">,
): { readonly problem: string } {
  const has =
    pattern.groupCount === 0
      ? "no groups"
      : `${pattern.groupCount} group${pattern.groupCount === 1 ? "" : "s"}`;
  return {
    problem: `the replacement names group ${reference}, but the pattern has ${has} (write $$ for a dollar sign)`,
  };
}
