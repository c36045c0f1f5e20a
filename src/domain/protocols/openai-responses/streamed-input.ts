// The text for a custom tool, read out of the arguments of the function that it went as while they come.

export interface StreamedInput {
  /** Takes the next piece of the arguments, and gives the next piece of the text. */
  push(given: string): string;
}

/** How the arguments of such a call begin. */
const beginning = /^\s*\{\s*"input"\s*:\s*"/;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

export function createStreamedInput(): StreamedInput {
  let waiting = "";
  let state: "before" | "within" | "after" = "before";

  /** The next character of the text, taken from what waits; null: it has not come whole. */
  function next(): string | null {
    const first = waiting[0];
    if (first === undefined) return null;
    if (first !== "\\") {
      waiting = waiting.slice(1);
      return first;
    }
    const kind = waiting[1];
    if (kind === undefined) return null;
    if (kind !== "u") {
      waiting = waiting.slice(2);
      return escapes[kind] ?? kind;
    }
    if (waiting.length < 6) return null;
    const code = Number.parseInt(waiting.slice(2, 6), 16);
    // Half of a pair waits for the other: alone it has no bytes.
    if (
      code >= 0xd800 &&
      code < 0xdc00 &&
      waiting.length < 12 &&
      "\\u".startsWith(waiting.slice(6, 8))
    )
      return null;
    waiting = waiting.slice(6);
    return String.fromCharCode(code);
  }

  return {
    push(given) {
      if (state === "after") return "";
      waiting += given;
      if (state === "before") {
        const begun = beginning.exec(waiting);
        if (begun === null) return "";
        waiting = waiting.slice(begun[0].length);
        state = "within";
      }
      let text = "";
      for (;;) {
        // Plain characters, which nearly all are, at once.
        const plain = /^[^"\\]+/.exec(waiting)?.[0] ?? "";
        text += plain;
        waiting = waiting.slice(plain.length);
        if (waiting.startsWith('"')) {
          state = "after";
          return text;
        }
        const character = next();
        if (character === null) return text;
        text += character;
      }
    },
  };
}
