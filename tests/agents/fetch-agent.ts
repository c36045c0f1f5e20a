// Coding agents as their makers publish them on npm: fetched once, and kept in a folder that git ignores.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const cache = resolve(import.meta.dir, "../../.cache/agents");

export interface PublishedAgent {
  /** Of the package with the program for this system. */
  readonly name: string;
  readonly version: string;
  /** The program, in the package. */
  readonly program: string;
}

/**
 * The path of an agent's program.
 * @throws where it is not there and cannot be fetched
 */
export async function fetchAgent({ name, version, program }: PublishedAgent): Promise<string> {
  const kept = join(cache, `${name.replaceAll("/", "+")}@${version}`);
  const path = join(kept, "node_modules", name, program);
  if (existsSync(path)) return path;
  console.log(`fetching ${name} ${version} from npm, once: some hundred megabytes`);
  await mkdir(cache, { recursive: true });
  // What is half there must not look like the whole.
  const folder = await mkdtemp(join(cache, "half-"));
  try {
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ private: true, dependencies: { [name]: version } }),
    );
    const child = Bun.spawn([process.execPath, "install", "--no-save", "--ignore-scripts"], {
      cwd: folder,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const [words, code] = await Promise.all([child.stderr.text(), child.exited]);
    if (code !== 0 || !existsSync(join(folder, "node_modules", name, program)))
      throw new Error(
        `${name} ${version} could not be fetched. This suite needs the npm registry, and a system ` +
          `for which the package is published (this is ${process.platform} ${process.arch}). ` +
          `What bun install said:\n${words.trim() || "nothing"}`,
      );
    await rm(kept, { recursive: true, force: true });
    await rename(folder, kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return path;
}
