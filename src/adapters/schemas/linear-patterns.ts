// Patterns of schemas in linear time: the library makes its expressions by the global, so while it works
// that is another one.
import { RE2JS } from "re2js";

export interface LinearPatterns {
  /** Why one of the patterns cannot be used; null where all can. */
  faultIn(patterns: readonly string[]): string | null;
}

/** @param work synchronous, so that nobody else runs meanwhile */
export function withLinearPatterns<T>(work: (patterns: LinearPatterns) => T): T {
  const known = new Map<string, RE2JS>();
  const compiled = (pattern: string): RE2JS => {
    const regex = known.get(pattern) ?? RE2JS.compile(RE2JS.translateRegExp(pattern));
    known.set(pattern, regex);
    return regex;
  };
  class LinearPattern {
    readonly #regex: RE2JS;

    constructor(pattern: string) {
      this.#regex = compiled(pattern);
    }

    test(text: string): boolean {
      return this.#regex.matcher(text).find();
    }
  }
  const own = globalThis.RegExp;
  globalThis.RegExp = LinearPattern as unknown as RegExpConstructor;
  try {
    return work({ faultIn: (patterns) => faultIn(patterns, compiled) });
  } finally {
    globalThis.RegExp = own;
  }
}

function faultIn(patterns: readonly string[], compiled: (pattern: string) => RE2JS): string | null {
  for (const pattern of patterns)
    try {
      compiled(pattern);
    } catch {
      return `its pattern ${JSON.stringify(pattern)} has no form that takes linear time`;
    }
  return null;
}
