// The routes file as a text to be changed: read, checked, and replaced in one step.
import { constants } from "node:fs";
import { copyFile, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ConfigNode } from "../../domain/config/config-node.ts";
import { parseRoutes, type RoutesContext } from "../../domain/config/parse-routes.ts";
import { withoutStrangeVariables } from "../../domain/config/strange-variables.ts";
import type { Environment } from "../../domain/config/substitute.ts";
import type { RoutesFile, RoutesOnDisk } from "../../ports/routes-edit.ts";
import { isReadable, lookAgain } from "./routes-file.ts";
import { withoutKeys } from "./without-keys.ts";
import { parseTree } from "./yaml-tree.ts";

/** @param env where `${VAR}` is looked up */
export function createRoutesFile(path: string, env: Environment): RoutesFile {
  const language = path.toLowerCase().endsWith(".json") ? "json" : "yaml";

  async function look(): Promise<RoutesOnDisk> {
    const found = await lookAgain(path);
    if ("failed" in found)
      return found.failed === "ENOENT"
        ? { kind: "none", hash: "none" }
        : { kind: "unreadable", why: `The file cannot be read (${found.failed}).` };
    const hash = new Bun.CryptoHasher("sha256").update(found).digest("hex");
    try {
      return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(found), hash };
    } catch {
      return { kind: "unreadable", why: "The file is not UTF-8 text." };
    }
  }

  function rootOf(root: ConfigNode, onDisk: string | null): ConfigNode {
    if (onDisk === null) return root;
    const present = parseTree(onDisk, path, language);
    return withoutStrangeVariables(root, "root" in present ? present.root : null, env);
  }

  function context(onDisk: string | null): RoutesContext {
    // Whether some file exists is nobody's business who may not edit.
    return { file: path, env, readable: onDisk === null ? isReadable : () => true };
  }

  return {
    look,
    withoutKeys,
    parse(text, onDisk) {
      const tree = parseTree(text, path, language);
      const read =
        "problems" in tree ? tree : parseRoutes(rootOf(tree.root, onDisk), context(onDisk));
      if ("routes" in read) return read;
      return {
        problems: read.problems.map(({ line, column, message }) => ({
          at: { line, column },
          message,
        })),
      };
    },
    async replace(text, stamp) {
      // A symbolic link stays one, and what it leads to is replaced.
      const target = await realpath(path).catch(() => path);
      const before = await stat(target).catch(() => null);
      const temporary = `${target}.${stamp}.tmp`;
      try {
        if (before !== null)
          await copyFile(target, `${target}.${stamp}.bak`, constants.COPYFILE_EXCL);
        const file = await open(temporary, "wx", before === null ? 0o600 : before.mode & 0o777);
        try {
          await file.writeFile(text);
          if (before !== null) await file.chmod(before.mode & 0o777);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        const { code, message } = error as NodeJS.ErrnoException;
        throw new Error(`${dirname(target)} does not take it (${code ?? message})`, {
          cause: error,
        });
      }
      return before !== null;
    },
  };
}
