// What this build is; the build script puts the values in, running from source has none.

declare const BUILD_VERSION: string | undefined;
declare const BUILD_COMMIT: string | undefined;
declare const BUILD_DATE: string | undefined;

/** `0.1.0 (abc1234, 2026-11-22)`; from source: `from source`. */
export function versionText(): string {
  if (typeof BUILD_VERSION !== "string") return "from source";
  const commit = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "unknown";
  const date = typeof BUILD_DATE === "string" ? BUILD_DATE : "unknown";
  return `${BUILD_VERSION} (${commit}, ${date})`;
}
