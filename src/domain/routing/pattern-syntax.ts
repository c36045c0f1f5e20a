// Why a pattern was refused, and where: RE2's own errors quote the text at fault but give no position.

export interface PatternProblem {
  /** In words, the position included. */
  readonly problem: string;
  /** Counted from 0, within the pattern without its slashes. */
  readonly position: number;
}

/** Constructs that need backtracking, which RE2 lacks for the sake of linear time. */
const unsupported: readonly (readonly [start: string, name: string])[] = [
  ["(?=", "look-ahead"],
  ["(?!", "look-ahead"],
  ["(?<=", "look-behind"],
  ["(?<!", "look-behind"],
  ["(?P=", "a back-reference"],
  ["(?>", "an atomic group"],
];

/**
 * Finds what has to be reported better than RE2 does: constructs it does not have, and parentheses
 * without partner. Classes, escapes and `\Q…\E` are skipped, where such text means itself.
 * @returns null where nothing of the kind is there
 */
export function findKnownFault(source: string): PatternProblem | null {
  const open: number[] = [];
  let at = 0;
  while (at < source.length) {
    const char = source[at];
    if (char === "\\") {
      const next = source[at + 1] ?? "";
      if (/[1-9]/.test(next) || next === "k") return notSupported("a back-reference", at);
      if (next === "Q") {
        const end = source.indexOf("\\E", at + 2);
        at = end === -1 ? source.length : end;
      }
      at += 2;
    } else if (char === "[") at = afterClass(source, at);
    else {
      if (char === "(") {
        const found = unsupported.find(([start]) => source.startsWith(start, at));
        if (found !== undefined) return notSupported(found[1], at);
        open.push(at);
      } else if (char === ")" && open.pop() === undefined)
        return fault("this ) closes nothing", at);
      at += 1;
    }
  }
  const unclosed = open.pop();
  return unclosed === undefined ? null : fault("this ( is never closed", unclosed);
}

/** The index behind a character class; the end where it is never closed. */
function afterClass(source: string, start: number): number {
  let at = start + 1;
  if (source[at] === "^") at += 1;
  // A `]` that comes first is a member.
  if (source[at] === "]") at += 1;
  while (at < source.length && source[at] !== "]") {
    if (source[at] === "\\") at += 1;
    else if (source.startsWith("[:", at)) {
      const end = source.indexOf(":]", at);
      if (end !== -1) at = end + 1;
    }
    at += 1;
  }
  return at + 1;
}

/** A fault at a position, put into words. */
export function fault(what: string, position: number): PatternProblem {
  return { problem: `${what} (at character ${position + 1} of the pattern)`, position };
}

function notSupported(name: string, position: number): PatternProblem {
  return fault(`${name} is not supported: patterns have RE2's syntax`, position);
}
