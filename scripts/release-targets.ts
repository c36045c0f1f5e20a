// The platforms that a release has binaries for, by the names of npm, Bun and Homebrew.

interface Platform {
  /** What Bun calls it, after `bun-`. */
  readonly bun: string;
  /** As Node's `process.platform` and npm's `os` name it. */
  readonly os: "linux" | "darwin" | "win32";
  /** As Node's `process.arch` and npm's `cpu` name it. */
  readonly cpu: "x64" | "arm64";
  /** The C library that the binary needs, for npm's `libc`; null where there is only one. */
  readonly libc: "glibc" | "musl" | null;
}

/**
 * By `<platform>-<arch>` of Node, and `-musl` for Linux with musl.
 *
 * For x64 Bun's baseline, which needs no AVX2: home servers of before 2013, Celerons and Atoms, many
 * virtual machines, and Macs that run it by Rosetta have none. It costs nothing: in Bun 1.4.5 it is,
 * to the byte, what Bun offers without the word; code for newer processors is chosen as it runs. The
 * word keeps it so with other versions, and has the runtime fetched, where `bun-linux-x64` would take the
 * one that happens to run the build.
 */
export const targets = {
  "linux-x64": { bun: "linux-x64-baseline", os: "linux", cpu: "x64", libc: "glibc" },
  "linux-arm64": { bun: "linux-arm64", os: "linux", cpu: "arm64", libc: "glibc" },
  "linux-x64-musl": { bun: "linux-x64-baseline-musl", os: "linux", cpu: "x64", libc: "musl" },
  "linux-arm64-musl": { bun: "linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl" },
  "darwin-x64": { bun: "darwin-x64-baseline", os: "darwin", cpu: "x64", libc: null },
  "darwin-arm64": { bun: "darwin-arm64", os: "darwin", cpu: "arm64", libc: null },
  "win32-x64": { bun: "windows-x64-baseline", os: "win32", cpu: "x64", libc: null },
} as const satisfies Readonly<Record<string, Platform>>;

export type Target = keyof typeof targets;

export const targetNames = Object.keys(targets) as readonly Target[];

/** The binary's name in packages and archives. Windows starts only what ends so. */
export function programName(target: Target): string {
  return targets[target].os === "win32" ? "smolrouter.exe" : "smolrouter";
}
