// Fenced blocks of the documentation that a comment above marks for testing.
import { Glob } from "bun";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

export interface MarkedBlock {
  /** `docs/recipes.md:12`. */
  readonly where: string;
  /** What follows the mark's colon; empty where nothing does. */
  readonly note: string;
  readonly text: string;
}

/** The blocks under `<!-- MARK -->` or `<!-- MARK: note -->`, in the README and all of docs/. */
export async function markedBlocks(mark: string): Promise<readonly MarkedBlock[]> {
  const pages = ["README.md", ...[...new Glob("docs/*.md").scanSync({ cwd: root })].toSorted()];
  const blocks: MarkedBlock[] = [];
  for (const page of pages) {
    const text = await Bun.file(join(root, page)).text();
    const found = text.matchAll(
      new RegExp(`<!-- ${mark}(?:: (.*))? -->\\n\`\`\`\\w+\\n([^]*?)\\n\`\`\``, "g"),
    );
    for (const { 1: note = "", 2: block = "", index } of found) {
      const line = text.slice(0, index).split("\n").length;
      blocks.push({ where: `${page}:${line}`, note, text: block });
    }
  }
  return blocks;
}
