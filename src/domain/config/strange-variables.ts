// Which `${VAR}` of a text may have their values: those that stand where the routes file has them already.
import type { ConfigNode } from "./config-node.ts";
import type { Environment } from "./substitute.ts";

/**
 * The tree with names in place of all other variables: whoever writes a text to be tried learns nothing of
 * the environment from where it would send calls, by letting a variable be a model's name, or a pattern.
 * @param root of the text to be tried
 * @param onDisk of the file in its place; null: there is none
 * @param env where a variable that is not set stays as written, to be reported
 */
export function withoutStrangeVariables(
  root: ConfigNode,
  onDisk: ConfigNode | null,
  env: Environment,
): ConfigNode {
  const known = new Set<string>();
  if (onDisk !== null)
    mapTexts(onDisk, "", (text, key) => {
      known.add(`${key}\0${text}`);
      return text;
    });
  return mapTexts(root, "", (text, key) =>
    known.has(`${key}\0${text}`)
      ? text
      : text.replace(/\$\{([A-Za-z_]\w*)\}/g, (written, name: string, at: number) =>
          text[at - 1] === "$" || (env[name] ?? "").trim() === "" ? written : name,
        ),
  );
}

/** @param key under which the node stands, in lists that of the list */
function mapTexts(
  node: ConfigNode,
  key: string,
  change: (text: string, key: string) => string,
): ConfigNode {
  switch (node.kind) {
    case "map":
      return {
        ...node,
        entries: node.entries.map((entry) => ({
          ...entry,
          value: mapTexts(entry.value, entry.key, change),
        })),
      };
    case "list":
      return { ...node, items: node.items.map((item) => mapTexts(item, key, change)) };
    case "scalar":
      return typeof node.value === "string" ? { ...node, value: change(node.value, key) } : node;
  }
}
