// What a release is installed from says the same as package.json, for every platform.
import { expect, test } from "bun:test";
import { spawnSync, which } from "bun";
import manifest from "../../package.json" with { type: "json" };
import { type Archive, homebrewFormula, homepageOf } from "../../scripts/homebrew-formula.ts";
import { launcherManifest, packageName, platformManifest } from "../../scripts/npm-packages.ts";
import { targetNames, targets } from "../../scripts/release-targets.ts";

const homepage = "https://github.com/example/smolrouter";

test("the launcher asks for the package of every platform in exactly its own version", () => {
  const launcher = launcherManifest(null);
  expect(launcher.name).toBe("smolrouter");
  expect(launcher.version).toBe(manifest.version);
  expect(Object.keys(launcher.optionalDependencies)).toEqual(targetNames.map(packageName));
  for (const version of Object.values(launcher.optionalDependencies))
    expect(version).toBe(manifest.version);
  expect(launcher).not.toHaveProperty("scripts");
  expect(launcher).not.toHaveProperty("private");
});

test.each([...targetNames])("the package of %s is installed there alone", (target) => {
  const platform = platformManifest(target, null);
  const libc = "libc" in platform ? platform.libc : [];
  expect(platform.name).toBe(`@smolrouter/${target}`);
  expect(platform.version).toBe(manifest.version);
  const suffix = libc.includes("musl") ? "-musl" : "";
  expect(`${platform.os.join()}-${platform.cpu.join()}${suffix}`).toBe(target);
  expect(libc).toHaveLength(target.startsWith("linux") ? 1 : 0);
  expect(platform).not.toHaveProperty("scripts");
});

test("every package names the project's page where there is one", () => {
  expect(launcherManifest(null)).not.toHaveProperty("homepage");
  for (const made of [launcherManifest(homepage), platformManifest("win32-x64", homepage)])
    expect(made).toMatchObject({ homepage, repository: { url: `git+${homepage}.git` } });
  expect(launcherManifest("https://example.com")).not.toHaveProperty("repository");
});

test("no binary for x64 needs a processor with AVX2", () => {
  for (const { cpu, bun } of Object.values(targets))
    expect(bun.includes("baseline")).toBe(cpu === "x64");
});

const archives: readonly Archive[] = targetNames.map((target, index) => ({
  target,
  url: `https://example.com/v1/${target}.tar.gz`,
  sha256: String(index).repeat(64),
}));

const brewed = archives.filter(({ target }) => !/musl|win32/.test(target));

test("the formula has each platform's archive with its checksum, under its system and processor", () => {
  const formula = homebrewFormula(archives, homepage);
  expect(formula).toContain(`version "${manifest.version}"`);
  expect(formula).toContain(`homepage "${homepage}"`);
  const found = [
    ...formula.matchAll(/on_(intel|arm) do\n\s+url "([^"]+)"\n\s+sha256 "(\w{64})"\n\s+end/g),
  ].map(([, processor, url, sha256]) => ({ processor, url, sha256 }));
  expect(found).toHaveLength(brewed.length);
  for (const { target, url, sha256 } of brewed)
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
  const formula = homebrewFormula(
    archives.filter(({ target }) => target === "linux-x64"),
    homepage,
  );
  expect(formula).not.toContain("on_macos");
  expect(formula).not.toContain("on_arm");
});

test("the page is known by the address of a release on GitHub, and is where new ones are looked for", () => {
  expect(homepageOf(`${homepage}/releases/download/v0.1.0`)).toBe(homepage);
  expect(homepageOf("https://example.com/smolrouter/v0.1.0")).toBeNull();
  expect(homebrewFormula(archives, homepage)).toContain("strategy :github_latest");
  expect(homebrewFormula(archives, "https://example.com")).toContain("url :homepage");
  expect(homebrewFormula(archives, null)).not.toMatch(/homepage|livecheck/);
});

const ruby = which("ruby");

test.skipIf(ruby === null).each([homepage, "https://example.com", null])(
  "Ruby reads the formula (page: %s)",
  (page) => {
    const read = spawnSync([ruby ?? "", "-wc"], {
      stdin: Buffer.from(homebrewFormula(archives, page)),
    });
    expect(read.stderr.toString()).toBe("");
    expect(read.stdout.toString()).toBe("Syntax OK\n");
  },
);
