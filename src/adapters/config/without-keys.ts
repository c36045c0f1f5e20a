// A routes file's text for those who may not edit it: as written, but for keys.
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from "yaml";

const redacted = "[redacted]";
/** Of a server that has a problem: what was most likely meant for a key. */
const misspelt = /api|auth|bearer|cred|key|passw|secret/i;
/** In a comment, what most likely stands beside a key that was once in force. */
const suspicious =
  /api.?key|auth|bearer|cookie|header|key|passw|secret|token|\bsk-|:\/\/[^/\s]*@|[\w-]{24,}/i;

/**
 * The text with `[redacted]` in place of the values of `api_key`, of a server's `headers`, and of what URLs hold of a
 * user name and password; `${VAR}` stays. Comments that speak of keys go, too.
 * @returns null where the text has a mistake of syntax: keys in it would not be found for certain
 */
export function withoutKeys(text: string): string | null {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: "error" });
  if (document.errors.length > 0) return null;
  const cuts = new Map<number, { readonly end: number; readonly by: string }>();
  const cut = (node: Node | null | undefined, by: string) => {
    if (node?.range) {
      const [start, end] = node.range;
      const ends = text.slice(start, end).endsWith("\n") ? "\n" : "";
      cuts.set(start, { end, by: JSON.stringify(by) + ends });
    }
  };
  // An anchor may be referred to from within itself.
  const hidden = new Set<unknown>();
  const hide = (node: unknown): void => {
    if (hidden.has(node)) return;
    hidden.add(node);
    if (isAlias(node)) hide(node.resolve(document));
    else if (isScalar(node)) {
      if (!isReference(textOf(node))) cut(node, redacted);
    } else if (isMap(node)) for (const { value } of node.items) hide(value);
    else if (node !== null && typeof node === "object" && "items" in node)
      for (const item of node.items as readonly unknown[]) hide(item);
  };
  visit(document, {
    Pair(_, { key, value }, path) {
      const name = isScalar(key) ? textOf(key) : "";
      const isMatch = path.some(
        (above) => isPair(above) && isScalar(above.key) && above.key.value === "match",
      );
      const [section, server] = path.filter((above) => isPair(above));
      const isOfServer =
        server !== undefined && isScalar(section?.key) && section.key.value === "servers";
      if (
        name === "api_key" ||
        (name === "headers" && !isMatch) ||
        (isOfServer && misspelt.test(name))
      )
        hide(value);
    },
    Scalar(_, node) {
      const value = textOf(node);
      const safe = value.replace(/:\/\/[^/]*@/, (found) =>
        isReference(found.slice(3, -1)) ? found : `://${redacted}@`,
      );
      if (safe !== value && node.range && !cuts.has(node.range[0])) cut(node, safe);
    },
  });
  let out = "";
  let at = 0;
  for (const [start, { end, by }] of [...cuts].toSorted(([a], [b]) => a - b)) {
    if (start < at) continue;
    out += text.slice(at, start) + by;
    at = end;
  }
  return withoutComments(out + text.slice(at));
}

function textOf({ value }: Scalar): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Whether nothing but variables, and the scheme before one, is written. */
function isReference(value: string): boolean {
  return (
    /^(?:(?:Bearer|Basic) +)?(?:\$\{[A-Za-z_]\w*\}:?)+$/.test(value.trim()) ||
    value === "" ||
    value === "null"
  );
}

/** A `#` within a text is taken for a comment, too, where a key may follow it. */
function withoutComments(text: string): string {
  return text.replace(/(^|[ \t])#(.*)$/gm, (whole, before: string, said: string) =>
    suspicious.test(said) && !isOnlyReference(said) ? `${before}# ${redacted}` : whole,
  );
}

/** Of a comment such as `api_key: ${KEY}`. */
function isOnlyReference(said: string): boolean {
  return /^[^:]*:\s*"?(?:Bearer )?\$\{\w+\}"?\s*$/.test(said);
}
