// JSON laid out for reading, every token as it was written: parsing and printing would change numbers.
import { parseJson } from "../../../domain/bytes/json.ts";

const token = /"[^"\\]*(?:\\[^][^"\\]*)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g;

/** Deeper levels are not indented any further, or hostile nesting would grow with its square. */
const deepestIndent = 40;

/** The text with one member a line; null where it is not JSON. */
export function prettyJson(text: string): string | null {
  if (parseJson(text) === undefined) return null;
  const out: string[] = [];
  let depth = 0;
  let opened = false;
  const newline = (): void => {
    out.push("\n", "  ".repeat(Math.min(depth, deepestIndent)));
  };
  for (const [found] of text.matchAll(token)) {
    if (found === "}" || found === "]") {
      depth--;
      if (!opened) newline();
      opened = false;
      out.push(found);
      continue;
    }
    if (opened) newline();
    opened = found === "{" || found === "[";
    if (opened) depth++;
    out.push(found);
    if (found === ":") out.push(" ");
    if (found === ",") newline();
  }
  return out.join("");
}
