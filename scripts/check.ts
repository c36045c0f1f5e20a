// Every check that reads the code without running it, side by side. A part passes only if its tool
// says so and has provably seen every file it is meant for: a tool that silently reads nothing
// (a moved folder, a parser that is gone) must not look like a clean tree.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Glob, spawn, stripANSI } from "bun";

const root = resolve(import.meta.dir, "..");
process.chdir(root);

/** The code in these folders, declarations aside. */
const files = (...folders: readonly string[]): string[] =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      [...new Glob("**/*.{ts,tsx}").scanSync({ cwd: folder })].map((path) => `${folder}/${path}`),
    )
    .filter((path) => !path.endsWith(".d.ts"))
    .toSorted();

const code = files("src", "tests", "bench", "scripts");
const pure = files("src/domain", "src/ports");

interface Part {
  readonly name: string;
  readonly command: readonly string[];
  /** The files it must have seen. */
  readonly files: readonly string[];
  /** How many of them its output proves that it saw. */
  readonly saw: (output: string, files: readonly string[]) => number;
}

/** The number in the tool's own closing line. */
const counted =
  (pattern: RegExp) =>
  (output: string): number =>
    Number(pattern.exec(output)?.[1] ?? 0);

const types = (layer: string, project: string, ...folders: readonly string[]): Part => ({
  name: `types of ${layer}`,
  // Several checkers would each work out anew what they share, for a third more processor time.
  command: ["tsc", "-p", project, "--listFiles", "--checkers", "1"],
  files: files(...folders),
  saw: (output, expected) => {
    const listed = new Set(output.split("\n").map((line) => resolve(root, line)));
    return expected.filter((path) => listed.has(resolve(root, path))).length;
  },
});

const parts: readonly Part[] = [
  {
    name: "format",
    command: ["oxfmt", "--check"],
    files: code,
    saw: counted(/ on (\d+) files/),
  },
  { name: "lint", command: ["oxlint"], files: code, saw: counted(/ on (\d+) files?/) },
  types("domain", "src/domain", "src/domain"),
  types("ports", "src/ports", "src/ports"),
  types("the rest", ".", "src/app", "src/adapters", "tests", "bench", "scripts"),
  {
    // A second, stricter opinion: pure code must run on a runtime that is neither Bun nor Node.
    name: "deno check",
    command: ["deno", "check", "--no-lock", "--no-remote", "--node-modules-dir=manual", ...pure],
    files: pure,
    saw: (output) => output.match(/^Check /gm)?.length ?? 0,
  },
  {
    name: "import direction",
    command: ["depcruise", "src", "tests", "scripts", "bench"].filter(
      (name, index) => index === 0 || files(name).length > 0,
    ),
    files: code,
    saw: counted(/(\d+) modules,/),
  },
  {
    name: "dead code",
    command: ["knip-bun", "--reporter", "symbols", "--reporter", "./scripts/knip-count.js"],
    files: code,
    saw: counted(/^(\d+) files read$/m),
  },
];

async function run(part: Part, denoDir: string): Promise<boolean> {
  const started = performance.now();
  const child = spawn([process.execPath, "x", "--bun", "--no-install", ...part.command], {
    cwd: root,
    env: { ...process.env, DENO_DIR: denoDir, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, exit] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  const output = stripANSI(`${out}\n${err}`);
  const seen = part.saw(output, part.files);
  const blind = seen === 0 || seen < part.files.length;
  const good = exit === 0 && !blind;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${good ? "ok  " : "FAIL"}  ${part.name.padEnd(18)} ${seen} files  ${seconds} s`);
  if (!good) {
    if (blind) console.log(`      saw ${seen} of the ${part.files.length} files it is meant for`);
    console.log(output.split("\n").filter(isNews).join("\n"));
  }
  return good;
}

/** Not the list of files that tsc was asked for as a proof. */
function isNews(line: string): boolean {
  return line.trim() !== "" && !/^\/.*\.([cm]?ts|tsx|json)$/.test(line);
}

// deno prints what it checks only the first time, so it gets no memory of earlier runs.
const denoDir = await mkdtemp(join(tmpdir(), "smolrouter-deno-"));
let results: readonly boolean[];
try {
  results = await Promise.all(parts.map((part) => run(part, denoDir)));
} finally {
  await rm(denoDir, { recursive: true, force: true });
}
const failed = results.filter((good) => !good).length;
console.log(
  failed === 0 ? `all ${parts.length} checks hold` : `${failed} of ${parts.length} checks failed`,
);
process.exit(failed === 0 ? 0 : 1);
