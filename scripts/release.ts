// Makes what a release consists of, in dist/release: a binary per platform, their checksums, and the
// bill of materials. A platform whose runtime cannot be fetched here is named at the end, and is the
// only thing that makes the script fail.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { spawnSync } from "bun";
import manifest from "../package.json" with { type: "json" };
import { createSbom } from "./sbom.ts";

/** Bun's names for the platforms; a release has them all. */
const targets = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"] as const;

const root = resolve(import.meta.dir, "..");
const folder = join(root, "dist/release");
const name = (part: string): string => `${manifest.name}-${manifest.version}-${part}`;

interface Built {
  readonly target: string;
  readonly path: string;
  /** Why there is none; null where it was built. */
  readonly missing: string | null;
}

function build(target: string): Built {
  const path = join(folder, name(target));
  const done = spawnSync(
    [process.execPath, "scripts/build.ts", `--target=bun-${target}`, `--outfile=${path}`],
    { cwd: root, stdout: "ignore", stderr: "pipe" },
  );
  if (done.success) return { target, path, missing: null };
  const said = done.stderr.toString().trim().split("\n").at(-1) ?? "";
  return { target, path, missing: said === "" ? `exit code ${done.exitCode}` : said };
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const built = targets.map(build);

const sbom = join(folder, `${name("sbom")}.cdx.json`);
await writeFile(sbom, `${JSON.stringify(createSbom(new Date().toISOString()), null, 2)}\n`);

const files = [...built.filter(({ missing }) => missing === null).map(({ path }) => path), sbom];
const sums: string[] = [];
for (const path of files) {
  const bytes = await readFile(path);
  sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${basename(path)}`);
  console.log(`made     ${basename(path)}  ${(bytes.length / 1_048_576).toFixed(1)} MB`);
}
await writeFile(join(folder, "SHA256SUMS"), `${sums.join("\n")}\n`);
console.log("made     SHA256SUMS");

const missing = built.filter((one) => one.missing !== null);
for (const { target, missing: why } of missing) console.log(`MISSING  ${target}: ${why}`);
process.exit(missing.length === 0 ? 0 : 1);
