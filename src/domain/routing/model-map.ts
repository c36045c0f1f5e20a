// MODEL_MAP: incoming model names and what they are replaced by.
import { compilePattern } from "./pattern.ts";
import { fillReplacement, parseReplacement } from "./replacement.ts";
import { patternText } from "./text-matcher.ts";
import type { ModelMap, ModelPattern } from "./types.ts";

/**
 * Compiles the pairs of MODEL_MAP, patterns still between slashes.
 * @returns the map, or every problem in words, each naming its key
 */
export function compileModelMap(
  pairs: Iterable<readonly [from: string, to: string]>,
): { readonly modelMap: ModelMap } | { readonly problems: readonly string[] } {
  const exact = new Map<string, string>();
  const patterns: ModelPattern[] = [];
  const problems: string[] = [];
  for (const [from, to] of pairs) {
    const report = (problem: string): number =>
      problems.push(`key ${JSON.stringify(from)}: ${problem}`);
    const written = patternText(from);
    if (from === "") report("a model name cannot be empty");
    else if (to === "") report("the replacement cannot be empty");
    else if (written === null) exact.set(from, to);
    else {
      const compiled = compilePattern(written.source, { ignoreCase: written.ignoreCase });
      if ("problem" in compiled) report(compiled.problem);
      else {
        const parsed = parseReplacement(to, compiled.pattern);
        if ("problem" in parsed) report(parsed.problem);
        else
          patterns.push({ text: from, pattern: compiled.pattern, replacement: parsed.replacement });
      }
    }
  }
  return problems.length > 0 ? { problems } : { modelMap: { exact, patterns } };
}

/**
 * The name that MODEL_MAP makes of a model name: exact keys win, then patterns, matched at the
 * name's start, in the order written. A replacement that comes out empty leaves the name alone.
 * @returns null where no key matches
 */
export function applyModelMap(map: ModelMap, model: string): string | null {
  const exact = map.exact.get(model);
  if (exact !== undefined) return exact;
  for (const { pattern, replacement } of map.patterns) {
    const groups = pattern.matchAtStart(model);
    if (groups === null) continue;
    const name = fillReplacement(replacement, groups);
    return name === "" ? null : name;
  }
  return null;
}
