// A small file system of a test's own, mounted for its length, so that disks can really fill up and turn away writes.
import { spawnSync } from "bun";
import { mkdtempSync, readFileSync, rmdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { withTempFolder } from "../lab/temp-folder.ts";

export interface SmallDisk {
  readonly folder: string;
  /** As mount(8) has it after `-o`, `remount,` left out. */
  readonly remount: (options: string) => void;
  /** Takes all the room that is left, until `makeRoom`. */
  readonly fill: () => void;
  readonly makeRoom: () => void;
}

const mebibyte = 1024 * 1024;

/** Whether this user may mount; where not, says so, for a test that is then left out. */
export const mayMount = triesToMount();

function triesToMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-test-"));
  try {
    const problem =
      process.platform === "linux" ? mount("-t", "tmpfs", "tmpfs", folder) : "no Linux";
    if (problem === null) unmount(folder);
    else console.warn(`tests that need a disk of their own are left out: ${problem}`);
    return problem === null;
  } finally {
    rmdirSync(folder);
  }
}

/** Runs the test with an empty file system in memory. */
export const withSmallDisk = <T>(
  mebibytes: number,
  run: (disk: SmallDisk) => Promise<T>,
): Promise<T> =>
  withTempFolder((folder) =>
    mounted(folder, ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder], run),
  );

/** Runs the test with an empty ext4 in a file, which can be frozen as a disk that hangs is. */
export const withLoopDisk = <T>(
  mebibytes: number,
  run: (disk: SmallDisk) => Promise<T>,
): Promise<T> =>
  withTempFolder(async (outside) => {
    const image = join(outside, "image");
    writeFileSync(image, "");
    truncateSync(image, mebibytes * mebibyte);
    command("mkfs.ext4", "-q", "-F", image);
    return withTempFolder((folder) =>
      mounted(folder, ["-o", "loop,errors=remount-ro", image, folder], run),
    );
  });

async function mounted<T>(
  folder: string,
  args: readonly string[],
  run: (disk: SmallDisk) => Promise<T>,
): Promise<T> {
  orThrow(mount(...args));
  const ballast = join(folder, "ballast");
  try {
    return await run({
      folder,
      remount(options) {
        orThrow(mount("-o", `remount,${options}`, folder));
      },
      fill() {
        for (const size of [mebibyte, 4_096]) while (appended(ballast, size));
      },
      makeRoom() {
        rmSync(ballast);
      },
    });
  } finally {
    unmount(folder);
  }
}

function appended(path: string, bytes: number): boolean {
  try {
    writeFileSync(path, Buffer.alloc(bytes, 1), { flag: "a" });
    return true;
  } catch {
    return false; // it is full
  }
}

/** Has the file system found to be damaged, upon which it turns read-only for good, files that are open included. */
export function damage(folder: string): void {
  const device = basename(
    readFileSync("/proc/self/mountinfo", "utf8").match(
      new RegExp(` ${folder} .* (/dev/\\S+) `),
    )?.[1] ?? "",
  );
  writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, "a test");
}

/** Stops all writes to the file system that holds the folder until `thaw`; whoever writes hangs, as on a disk that does. */
export function freeze(folder: string): { readonly thaw: () => void } {
  command("fsfreeze", "--freeze", folder);
  return {
    thaw() {
      command("fsfreeze", "--unfreeze", folder);
    },
  };
}

function command(...words: readonly string[]): void {
  orThrow(trouble(words));
}

function mount(...args: readonly string[]): string | null {
  return trouble(["mount", ...args]);
}

function unmount(folder: string): void {
  trouble(["umount", "-l", folder]);
}

function trouble(words: readonly string[]): string | null {
  try {
    const { success, stderr } = spawnSync([...words]);
    return success ? null : stderr.toString().trim();
  } catch (error) {
    return String(error); // it is not installed
  }
}

function orThrow(problem: string | null): void {
  if (problem !== null) throw new Error(problem);
}
