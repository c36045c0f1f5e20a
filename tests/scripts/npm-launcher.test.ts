// The npm launcher under Node, in a folder laid out as npm does it, with a script as the binary.
import { afterEach, expect, test } from "bun:test";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, which } from "bun";
import { launcherManifest } from "../../scripts/npm-packages.ts";

const node = which("node");
const nodeTest = test.skipIf(node === null);
const platform = `${process.platform}-${process.arch}`;
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

interface Layout {
  /** The stand-in for the binary; null where npm did not install the platform's package. */
  readonly binary: string | null;
  /** Further packages' files, by their names below `node_modules/@smolrouter`. */
  readonly others?: Readonly<Record<string, string>>;
  readonly optional?: Readonly<Record<string, string>>;
}

/** Has Node report another system. @param glibc version of the C library; absent: musl */
const pretending = (platform: string, glibc?: string) => `
Object.defineProperty(process, "platform", { value: "${platform}" });
Object.defineProperty(process, "arch", { value: "x64" });
process.report.getReport = () => ({ header: { glibcVersionRuntime: ${JSON.stringify(glibc)} } });
`;

/** @returns the launcher's path */
async function install({ binary, others = {}, optional }: Layout): Promise<string> {
  const modules = join(await mkdtemp(join(tmpdir(), "launcher-")), "node_modules");
  folders.push(join(modules, ".."));
  const launcher = join(modules, "smolrouter/bin/smolrouter.js");
  await mkdir(join(modules, "smolrouter/bin"), { recursive: true });
  await copyFile(join(import.meta.dir, "../../scripts/npm-launcher.js"), launcher);
  const manifest = launcherManifest(null);
  await writeFile(
    join(modules, "smolrouter/package.json"),
    JSON.stringify({
      ...manifest,
      optionalDependencies: optional ?? {
        ...manifest.optionalDependencies,
        [`@smolrouter/${platform}`]: manifest.version,
      },
    }),
  );
  const files = binary === null ? others : { [`${platform}/bin/smolrouter`]: binary, ...others };
  for (const [name, text] of Object.entries(files)) {
    const path = join(modules, "@smolrouter", name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o755);
  }
  return launcher;
}

/** What the launcher does on another system. */
async function runPretending(system: string, layout: Layout) {
  const launcher = await install(layout);
  const preload = join(launcher, "../pretend.cjs");
  await writeFile(preload, system);
  const run = spawn([node ?? "", "--require", preload, launcher], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [printed, said] = await Promise.all([run.stdout.text(), run.stderr.text()]);
  return { printed, said, code: await run.exited };
}

const start = (launcher: string, ...args: readonly string[]) =>
  spawn([node ?? "", launcher, ...args], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });

nodeTest("passes arguments, input, both outputs and the exit code", async () => {
  const launcher = await install({
    binary: `#!/bin/sh
for one in "$@"; do echo "<$one>"; done
cat
echo problem >&2
exit 42
`,
  });
  const run = start(launcher, "serve", "--port=1", "two words", "");
  await run.stdin.write("typed");
  await run.stdin.end();
  expect(await run.stdout.text()).toBe("<serve>\n<--port=1>\n<two words>\n<>\ntyped");
  expect(await run.stderr.text()).toBe("problem\n");
  expect(await run.exited).toBe(42);
});

nodeTest.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "passes %s on once and waits for the binary to end in its own way",
  async (signal) => {
    const launcher = await install({
      binary: `#!${node}
let times = 0;
process.on("${signal}", () => {
  times += 1;
  // Where a second one came, it would be here before the input has ended.
  process.stdin.on("end", () => { console.log("${signal}", times); process.exit(7); });
  console.log("stopping");
});
process.stdin.resume();
console.log("ready");
`,
    });
    const run = start(launcher);
    const output = run.stdout.getReader();
    const next = async () => new TextDecoder().decode((await output.read()).value);
    expect(await next()).toBe("ready\n");
    run.kill(signal);
    expect(await next()).toBe("stopping\n");
    await run.stdin.end();
    expect(await next()).toBe(`${signal} 1\n`);
    expect(await run.exited).toBe(7);
  },
);

nodeTest("ends by the signal that ended the binary", async () => {
  const launcher = await install({ binary: "#!/bin/sh\nkill -TERM $$\n" });
  const run = start(launcher);
  await run.exited;
  expect(run.signalCode).toBe("SIGTERM");
});

nodeTest("says what to do where the platform's package is missing", async () => {
  const run = start(await install({ binary: null }));
  const said = await run.stderr.text();
  expect(await run.exited).toBe(1);
  expect(said).toStartWith("smolrouter: ");
  expect(said).not.toContain("    at ");
  // As it may be on a system with musl.
  expect(said).toContain(`@smolrouter/${platform}`);
  expect(said).toContain("npm install smolrouter --include=optional");
});

nodeTest("names the platforms that have a binary where this one has none", async () => {
  const optional = { "@smolrouter/plan9-mips": "1.0.0" };
  const run = start(await install({ binary: null, optional }));
  expect(await run.stderr.text()).toContain(
    `there is no binary for ${platform}; there are ones for plan9-mips.`,
  );
  expect(await run.exited).toBe(1);
});

nodeTest("says that a binary cannot be started, and why", async () => {
  const run = start(await install({ binary: "#!/nowhere/sh\n" }));
  expect(await run.stderr.text()).toMatch(/^smolrouter: cannot start .*ENOENT/);
  expect(await run.exited).toBe(1);
});

const prints = (word: string) => `#!/bin/sh\necho ${word}\n`;
const both = {
  "linux-x64/bin/smolrouter": prints("glibc"),
  "linux-x64-musl/bin/smolrouter": prints("musl"),
};

nodeTest.each([
  ["glibc", pretending("linux", "2.36")],
  ["musl", pretending("linux")],
])("takes the binary for %s where an npm has installed both", async (word, system) => {
  expect(await runPretending(system, { binary: null, others: both })).toMatchObject({
    printed: `${word}\n`,
    code: 0,
  });
});

nodeTest("finds the binary of Windows by the name that Windows starts", async () => {
  const others = { "win32-x64/bin/smolrouter.exe": prints("windows") };
  expect(await runPretending(pretending("win32"), { binary: null, others })).toMatchObject({
    printed: "windows\n",
    code: 0,
  });
});

nodeTest(
  "asks for the package of musl where a binary for glibc came from another system",
  async () => {
    // What the system says of a program whose loader it does not have.
    const others = { "linux-x64/bin/smolrouter": "#!/nowhere/ld-linux.so\n" };
    const run = await runPretending(pretending("linux"), { binary: null, others });
    expect(run.said).toContain("the package @smolrouter/linux-x64-musl");
    expect(run.said).toContain("come from another platform");
    expect(run.code).toBe(1);
  },
);

nodeTest("says what musl's loader misses where it could not load the binary", async () => {
  // As the loader ends, after having said which library it did not find.
  const others = { "linux-x64-musl/bin/smolrouter": "#!/bin/sh\nexit 127\n" };
  const run = await runPretending(pretending("linux"), { binary: null, others });
  expect(run.said).toContain("apk add libstdc++");
  expect(run.code).toBe(127);
});
