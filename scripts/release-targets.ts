// The platforms that a release has binaries for, by the names of Bun, npm and Homebrew.

interface Platform {
  /** As Node's `process.platform` and npm's `os` name it. */
  readonly os: "linux" | "darwin";
  /** As Node's `process.arch` and npm's `cpu` name it. */
  readonly cpu: "x64" | "arm64";
  /** The C library that the binary needs, for npm's `libc`; null where there is only one. */
  readonly libc: "glibc" | null;
}

/** By Bun's names; `<platform>-<arch>` of Node are the same words. */
export const targets = {
  "linux-x64": { os: "linux", cpu: "x64", libc: "glibc" },
  "linux-arm64": { os: "linux", cpu: "arm64", libc: "glibc" },
  "darwin-x64": { os: "darwin", cpu: "x64", libc: null },
  "darwin-arm64": { os: "darwin", cpu: "arm64", libc: null },
} as const satisfies Readonly<Record<string, Platform>>;

export type Target = keyof typeof targets;

export const targetNames = Object.keys(targets) as readonly Target[];
