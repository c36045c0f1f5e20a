// Where the arguments of a call end, while they come in pieces.

export interface ArgumentsEnd {
  /** Takes the next piece. */
  push(piece: string): void;
  /** The object is closed. */
  reached(): boolean;
}

/** For arguments that begin with `{`. */
export function createArgumentsEnd(): ArgumentsEnd {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let begun = false;
  return {
    push(piece) {
      for (let at = 0; at < piece.length; at++) {
        const character = piece[at];
        if (escaped) escaped = false;
        else if (inString) {
          if (character === "\\") escaped = true;
          else if (character === '"') inString = false;
        } else if (character === '"') inString = true;
        else if (character === "{" || character === "[") {
          depth++;
          begun = true;
        } else if (character === "}" || character === "]") depth--;
      }
    },
    reached: () => begun && depth <= 0,
  };
}
