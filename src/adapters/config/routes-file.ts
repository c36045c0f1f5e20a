// The routes file, read from disk and parsed, or all that is wrong with it.
import { accessSync, constants, readFileSync } from "node:fs";
import { emptyRoutes, parseRoutes } from "../../domain/config/parse-routes.ts";
import type { RoutesSpec } from "../../domain/config/parse-routes.ts";
import type { Environment } from "../../domain/config/substitute.ts";
import type { Settings } from "../../domain/settings.ts";
import type { ConfigurationProblem } from "./problem-line.ts";
import { parseTree } from "./yaml-tree.ts";

/**
 * Reads the routes file: JSON where its name ends in `.json`, else YAML.
 * @param where a file that is not required may be missing; the routing is then empty
 * @param env where `${VAR}` is looked up
 */
export function readRoutesFile(
  { path, required }: Settings["routesConfig"],
  env: Environment,
): { readonly routes: RoutesSpec } | { readonly problems: readonly ConfigurationProblem[] } {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code !== "ENOENT") return fail(path, `the file cannot be read (${code ?? message})`);
    return required ? fail(path, "there is no such file") : { routes: emptyRoutes };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail(path, "the file is not UTF-8 text");
  }
  const tree = parseTree(text, path, path.toLowerCase().endsWith(".json") ? "json" : "yaml");
  if ("problems" in tree) return tree;
  return parseRoutes(tree.root, { file: path, env, readable });
}

function fail(
  file: string,
  message: string,
): { readonly problems: readonly ConfigurationProblem[] } {
  return { problems: [{ file, message }] };
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
