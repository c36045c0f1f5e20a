// The routes file, read from disk and parsed, or all that is wrong with it.
import { accessSync, constants, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { emptyRoutes, parseRoutes } from "../../domain/config/parse-routes.ts";
import type { RoutesSpec } from "../../domain/config/parse-routes.ts";
import type { Environment } from "../../domain/config/substitute.ts";
import type { Settings } from "../../domain/config/settings.ts";
import type { ConfigurationProblem } from "./problem-line.ts";
import { parseTree } from "./yaml-tree.ts";

/** What one look at the file found: its bytes, or the system's code (`ENOENT`, say) for why there are none. */
export type FileLook = Uint8Array | { readonly failed: string };

/** Reads the file at start, when nothing is served yet. */
export function lookAtFile(path: string): FileLook {
  try {
    return readFileSync(path);
  } catch (thrown) {
    return { failed: failureCode(thrown) };
  }
}

/** Reads the file while calls are served: a disk that hangs must hold up nothing. Never rejects. */
export async function lookAgain(path: string): Promise<FileLook> {
  try {
    return await readFile(path);
  } catch (thrown) {
    return { failed: failureCode(thrown) };
  }
}

/**
 * Parses what a look at the routes file found: JSON where its name ends in `.json`, else YAML.
 * @param where a file that is not required may be missing; the routing is then empty
 * @param env where `${VAR}` is looked up
 */
export function parseRoutesFile(
  { path, required }: Settings["routesConfig"],
  look: FileLook,
  env: Environment,
): { readonly routes: RoutesSpec } | { readonly problems: readonly ConfigurationProblem[] } {
  if ("failed" in look) {
    if (look.failed !== "ENOENT") return fail(path, `the file cannot be read (${look.failed})`);
    return required ? fail(path, "there is no such file") : { routes: emptyRoutes };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(look);
  } catch {
    return fail(path, "the file is not UTF-8 text");
  }
  const tree = parseTree(text, path, path.toLowerCase().endsWith(".json") ? "json" : "yaml");
  if ("problems" in tree) return tree;
  return parseRoutes(tree.root, { file: path, env, readable: isReadable });
}

function failureCode(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  return code ?? message;
}

function fail(
  file: string,
  message: string,
): { readonly problems: readonly ConfigurationProblem[] } {
  return { problems: [{ file, message }] };
}

/** Whether this process may read a file. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
