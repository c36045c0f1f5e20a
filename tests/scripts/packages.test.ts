// What a release is installed from says the same as package.json, for every platform.
import { expect, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { type Archive, homebrewFormula } from "../../scripts/homebrew-formula.ts";
import { launcherManifest, packageName, platformManifest } from "../../scripts/npm-packages.ts";
import { targetNames } from "../../scripts/release-targets.ts";

test("the launcher asks for the package of every platform in exactly its own version", () => {
  const launcher = launcherManifest();
  expect(launcher.name).toBe("smolrouter");
  expect(launcher.version).toBe(manifest.version);
  expect(Object.keys(launcher.optionalDependencies)).toEqual(targetNames.map(packageName));
  for (const version of Object.values(launcher.optionalDependencies))
    expect(version).toBe(manifest.version);
  expect(launcher).not.toHaveProperty("scripts");
  expect(launcher).not.toHaveProperty("private");
});

test.each([...targetNames])("the package of %s is installed there alone", (target) => {
  const platform = platformManifest(target);
  expect(platform.name).toBe(`@smolrouter/${target}`);
  expect(platform.version).toBe(manifest.version);
  expect(`${platform.os.join()}-${platform.cpu.join()}`).toBe(target);
  expect("libc" in platform ? platform.libc : null).toEqual(
    target.startsWith("linux") ? ["glibc"] : null,
  );
  expect(platform).not.toHaveProperty("scripts");
});

const archives: readonly Archive[] = targetNames.map((target, index) => ({
  target,
  url: `https://example.com/v1/${target}.tar.gz`,
  sha256: String(index).repeat(64),
}));

test("the formula has each platform's archive with its checksum, under its system and processor", () => {
  const formula = homebrewFormula(archives);
  expect(formula).toContain(`version "${manifest.version}"`);
  const found = [
    ...formula.matchAll(/on_(intel|arm) do\n\s+url "([^"]+)"\n\s+sha256 "(\w{64})"\n\s+end/g),
  ].map(([, processor, url, sha256]) => ({ processor, url, sha256 }));
  expect(found).toHaveLength(archives.length);
  for (const { target, url, sha256 } of archives)
    expect(found).toContainEqual({
      processor: target.endsWith("arm64") ? "arm" : "intel",
      url,
      sha256,
    });
  const [mac = "", linux = ""] = formula.slice(formula.indexOf("on_macos")).split("on_linux");
  expect(mac).not.toContain("linux-");
  expect(linux).not.toContain("darwin-");
});

test("a platform without an archive is left out of the formula, and so is a system without any", () => {
  const formula = homebrewFormula(archives.filter(({ target }) => target === "linux-x64"));
  expect(formula).not.toContain("on_macos");
  expect(formula).not.toContain("on_arm");
  expect(formula.match(/\b(do|class|def)\b/g)?.length).toBe(formula.match(/^\s*end$/gm)?.length);
});
