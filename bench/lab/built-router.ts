// The program as it is shipped, with the clock of set-clock.ts built in: a binary takes no preload.
import { resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

/**
 * Builds it as scripts/build.ts does, at the beginning of each of its files the clock.
 * @returns the path of the binary, within `folder`
 */
export async function buildRouter(folder: string): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [resolve(import.meta.dir, "set-clock.ts")],
    minify: true,
    target: "bun",
  });
  const code = (await outputs[0]!.text()).replace(/^\/\/ @bun\b.*\n/, "").trim();
  const once = `if(Bun.isMainThread&&!globalThis.benchClock){globalThis.benchClock=true;(()=>{${code}})()}`;
  const path = resolve(folder, "smolrouter");
  const built = Bun.spawnSync(
    [process.execPath, "scripts/build.ts", `--banner=${once}`, `--outfile=${path}`],
    { cwd: root, stdout: "ignore", stderr: "pipe" },
  );
  if (!built.success) throw new Error(`the program cannot be built: ${built.stderr.toString()}`);
  return path;
}
