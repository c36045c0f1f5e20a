// Makes what a release consists of. In dist/release: a binary per platform, the same as an archive,
// their checksums, and the bill of materials; in dist/npm: the npm packages; in dist/homebrew: the
// formula. Nothing is published. A platform whose runtime cannot be fetched here is named at the end,
// and is the only thing that makes the script fail.
//   --downloads=URL   where the archives will be found, for the formula: the folder's address without
//                     a slash at the end. Without it the formula installs the archives made here, to try it.
//   --homepage=URL    the project's page, for packages and formula, which every release wants; known
//                     without it where the archives lie among GitHub's releases.
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL, spawnSync } from "bun";
import manifest from "../package.json" with { type: "json" };
import { type Archive, homebrewFormula, homepageOf } from "./homebrew-formula.ts";
import { launcherManifest, launcherReadme, platformManifest } from "./npm-packages.ts";
import { programName, type Target, targetNames, targets } from "./release-targets.ts";
import { createSbom } from "./sbom.ts";

const root = resolve(import.meta.dir, "..");
const folder = join(root, "dist/release");
const npm = join(root, "dist/npm");
const homebrew = join(root, "dist/homebrew");
const name = (part: string): string => `${manifest.name}-${manifest.version}-${part}`;

const { values: flags } = parseArgs({
  options: { downloads: { type: "string" }, homepage: { type: "string" } },
});
const downloads = flags.downloads ?? pathToFileURL(folder).href;
const homepage = flags.homepage ?? homepageOf(downloads);

interface Built {
  readonly target: Target;
  readonly path: string;
  /** Why there is none; null where it was built. */
  readonly missing: string | null;
}

function build(target: Target): Built {
  const { bun, os } = targets[target];
  const path = join(folder, name(target) + (os === "win32" ? ".exe" : ""));
  const done = spawnSync(
    [process.execPath, "scripts/build.ts", `--target=bun-${bun}`, `--outfile=${path}`],
    { cwd: root, stdout: "ignore", stderr: "pipe" },
  );
  if (done.success) return { target, path, missing: null };
  const said = done.stderr.toString().trim().split("\n").at(-1) ?? "";
  return { target, path, missing: said === "" ? `exit code ${done.exitCode}` : said };
}

/** Writes a package's folder. @returns the path of its `bin` */
async function writePackage(part: string, content: object): Promise<string> {
  const bin = join(npm, part, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(npm, part, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
  await copyFile(join(root, "LICENSE"), join(npm, part, "LICENSE"));
  console.log(`made     npm/${part}`);
  return bin;
}

async function writeLauncher(): Promise<void> {
  const bin = await writePackage(manifest.name, launcherManifest(homepage));
  await copyFile(join(root, "scripts/npm-launcher.js"), join(bin, "smolrouter.js"));
  await chmod(join(bin, "smolrouter.js"), 0o755);
  await writeFile(join(npm, manifest.name, "README.md"), launcherReadme());
}

async function writePlatform({ target, path }: Built): Promise<string> {
  const bin = await writePackage(target, platformManifest(target, homepage));
  await copyFile(path, join(bin, programName(target)));
  await chmod(join(bin, programName(target)), 0o755);
  return bin;
}

/** @param bin the folder that the binary lies in by the name it gets. @returns the archive's path */
function pack(target: Target, bin: string): string {
  const path = join(folder, `${name(target)}.tar.gz`);
  const done = spawnSync([
    "tar",
    "-czf",
    path,
    "-C",
    bin,
    programName(target),
    "-C",
    root,
    "LICENSE",
  ]);
  if (!done.success) throw new Error(`tar: ${done.stderr.toString().trim()}`);
  return path;
}

for (const made of [folder, npm, homebrew]) {
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
}
const built = targetNames.map(build);

const files: string[] = [];
const archived = new Map<string, Target>();
await writeLauncher();
for (const one of built.filter(({ missing }) => missing === null)) {
  const archive = pack(one.target, await writePlatform(one));
  archived.set(archive, one.target);
  files.push(one.path, archive);
}

const sbom = join(folder, `${name("sbom")}.cdx.json`);
await writeFile(sbom, `${JSON.stringify(createSbom(new Date().toISOString()), null, 2)}\n`);
files.push(sbom);

const sums: string[] = [];
const archives: Archive[] = [];
for (const path of files) {
  const bytes = await readFile(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  sums.push(`${sha256}  ${basename(path)}`);
  const target = archived.get(path);
  if (target !== undefined)
    archives.push({ target, url: `${downloads}/${basename(path)}`, sha256 });
  console.log(`made     ${basename(path)}  ${(bytes.length / 1_048_576).toFixed(1)} MB`);
}
await writeFile(join(folder, "SHA256SUMS"), `${sums.join("\n")}\n`);
console.log("made     SHA256SUMS");

await writeFile(join(homebrew, "smolrouter.rb"), homebrewFormula(archives, homepage));
console.log("made     homebrew/smolrouter.rb");
if (flags.downloads === undefined)
  console.log("         which installs the archives of this folder; --downloads=URL for a release");
if (homepage === null) console.log("         without a homepage: --homepage=URL for a release");

const missing = built.filter((one) => one.missing !== null);
for (const { target, missing: why } of missing) console.log(`MISSING  ${target}: ${why}`);
process.exit(missing.length === 0 ? 0 : 1);
