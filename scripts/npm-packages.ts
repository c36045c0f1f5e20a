// The npm packages of a release: a launcher, and for each platform a package that holds its binary.
// npm installs of the optional dependencies only the one that fits `os`, `cpu` and `libc`, so nothing
// has to be fetched by a script after installation.
import manifest from "../package.json" with { type: "json" };
import { type Target, targetNames, targets } from "./release-targets.ts";

/** @param homepage null: there is none yet */
const shared = (homepage: string | null) => ({
  version: manifest.version,
  license: manifest.license,
  ...(homepage === null ? {} : { homepage }),
  ...(homepage?.startsWith("https://github.com/") === true
    ? { repository: { type: "git", url: `git+${homepage}.git` } }
    : {}),
});

/** The name of a platform's package. The launcher makes the same of Node's platform, arch and C library. */
export function packageName(target: Target): string {
  return `@${manifest.name}/${target}`;
}

/** package.json of the launcher, which is what `npx smolrouter` runs. */
export function launcherManifest(homepage: string | null) {
  return {
    name: manifest.name,
    ...shared(homepage),
    description: manifest.description,
    type: "module",
    bin: { [manifest.name]: "bin/smolrouter.js" },
    files: ["bin"],
    engines: { node: ">=18" },
    // Exactly this version: launcher and binary are released together.
    optionalDependencies: Object.fromEntries(
      targetNames.map((target) => [packageName(target), manifest.version]),
    ),
  };
}

/** package.json of a platform's package. It has no `bin` of its own: the launcher finds the file in it. */
export function platformManifest(target: Target, homepage: string | null) {
  const { os, cpu, libc } = targets[target];
  return {
    name: packageName(target),
    ...shared(homepage),
    description: `The binary of ${manifest.name} for ${target}`,
    files: ["bin"],
    os: [os],
    cpu: [cpu],
    ...(libc === null ? {} : { libc: [libc] }),
    // Yarn's zip files cannot be executed.
    preferUnplugged: true,
    // A package with a scope is private unless it says otherwise.
    publishConfig: { access: "public" },
  };
}

/** What npm's page of the launcher says. */
export function launcherReadme(): string {
  return `# SmolRouter

${manifest.description}.

\`\`\`sh
npx ${manifest.name} demo      # built-in model servers and a router in front of them
npx ${manifest.name} --help
\`\`\`

The binary comes as an optional dependency for the platform: ${targetNames.join(", ")}.
`;
}
