// Regular expressions in linear time (RE2), compiled once, with a bounded memory of recent decisions.
import { RE2JS } from "re2js";
import { fault, findKnownFault } from "./pattern-syntax.ts";
import type { PatternProblem } from "./pattern-syntax.ts";

/** The groups of a match, the whole of it first; null where a group took no part. */
export type Groups = readonly (string | null)[];

export interface Pattern {
  /** As written between the slashes. */
  readonly source: string;
  /** How many groups it has, and which numbers the named ones have. */
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  /** Whether it occurs anywhere in the text. */
  found(text: string): boolean;
  /** Its match at the start of the text, with all groups; null where there is none. */
  matchAtStart(text: string): Groups | null;
}

/** Counted repetition multiplies a program's size; these bounds keep compiling within some 10 ms. */
const maxSourceLength = 2_000;
const maxProgramSize = 10_000;
const maxCountedRepeats = 50;

/**
 * A match costs at most about 10 ns per character and program instruction. Texts beyond this
 * product match nothing, so that one hostile name costs no more than some 50 ms.
 */
const maxWork = 5_000_000;

const maxRemembered = 1_000;
const maxRememberedLength = 256;

/**
 * Compiles a pattern of RE2's syntax.
 * @returns the pattern, or what is wrong with it and where
 */
export function compilePattern(
  source: string,
  options: { readonly ignoreCase?: boolean } = {},
): { readonly pattern: Pattern } | PatternProblem {
  if (source === "") return fault("an empty pattern would match everything", 0);
  if (source.length > maxSourceLength)
    return fault(`a pattern has at most ${maxSourceLength} characters`, maxSourceLength);
  const known = findKnownFault(source);
  if (known !== null) return known;
  const repeats = source.match(/\{\d/g)?.length ?? 0;
  if (repeats > maxCountedRepeats)
    return fault(`a pattern has at most ${maxCountedRepeats} counted repetitions`, 0);
  const flags = options.ignoreCase === true ? RE2JS.CASE_INSENSITIVE : 0;
  const compiled = tryCompile(source, flags);
  if ("refused" in compiled) return locate(source, flags, compiled);
  const size = compiled.regex.programSize();
  if (size > maxProgramSize)
    return fault("the pattern's repetitions make it too large; use smaller counts", 0);
  return { pattern: patternOf(source, compiled.regex, Math.floor(maxWork / size)) };
}

function patternOf(source: string, regex: RE2JS, maxLength: number): Pattern {
  const names = regex.namedGroups();
  return {
    source,
    groupCount: regex.groupCount(),
    groupNames: new Map(Object.entries(names)),
    found: remembering((text) => text.length <= maxLength && regex.test(text)),
    matchAtStart: remembering((text) => {
      if (text.length > maxLength) return null;
      const matcher = regex.matcher(text);
      if (!matcher.lookingAt()) return null;
      return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
    }),
  };
}

/** Keeps the answers for the newest short texts: clients repeat the same few names. */
function remembering<T extends NonNullable<unknown> | null>(
  decide: (text: string) => T,
): (text: string) => T {
  const memory = new Map<string, T>();
  return (text) => {
    if (text.length > maxRememberedLength) return decide(text);
    const known = memory.get(text);
    if (known !== undefined) return known;
    const decided = decide(text);
    if (memory.size >= maxRemembered) {
      const oldest = memory.keys().next();
      if (oldest.done !== true) memory.delete(oldest.value);
    }
    memory.set(text, decided);
    return decided;
  };
}

interface RefusedPattern {
  readonly refused: string;
  /** The text that RE2 quotes. */
  readonly quoted: string;
}

function tryCompile(source: string, flags: number): { readonly regex: RE2JS } | RefusedPattern {
  try {
    return { regex: RE2JS.compile(source, flags) };
  } catch (thrown) {
    // The library has no other way to refuse; what it throws are its own syntax errors.
    const { error, input, message } = thrown as {
      readonly error?: string;
      readonly input?: string | null;
      readonly message: string;
    };
    return { refused: error ?? message, quoted: input ?? "" };
  }
}

/** RE2 reads from left to right: the fault lies where cutting the pattern off behind it leaves the same error. */
function locate(source: string, flags: number, rejection: RefusedPattern): PatternProblem {
  // Without a quotation it is the end that is missing something.
  if (rejection.quoted === "") return fault(rejection.refused, source.length - 1);
  const words =
    rejection.quoted === source ? rejection.refused : `${rejection.refused} ${rejection.quoted}`;
  const places: number[] = [];
  for (
    let at = source.indexOf(rejection.quoted);
    at !== -1;
    at = source.indexOf(rejection.quoted, at + 1)
  )
    places.push(at);
  const first = places.find((place) => {
    const cut = tryCompile(source.slice(0, place + rejection.quoted.length), flags);
    return "refused" in cut && cut.refused === rejection.refused && cut.quoted === rejection.quoted;
  });
  return fault(words, first ?? places.at(0) ?? 0);
}
