// The software bill of materials: what is inside a binary, as CycloneDX 1.6 (ecma-424) JSON, read from bun.lock.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { JSONC, version as bunVersion } from "bun";
import manifest from "../package.json" with { type: "json" };

const root = resolve(import.meta.dir, "..");

/** Where a dependency is found: its own entry, else that of a package around it. */
type Packages = Readonly<Record<string, readonly unknown[]>>;

interface Component {
  readonly type: "library" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly [{ readonly expression: string }];
}

export interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly version: 1;
  readonly metadata: object;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * What ships: the dependencies of package.json and all that these need, not what develops or tests
 * it, and the runtime that a compiled binary carries.
 * @param built ISO 8601 time of the build
 */
export function createSbom(built: string): Sbom {
  const lock = JSONC.parse(readFileSync(join(root, "bun.lock"), "utf8")) as {
    readonly packages: Packages;
  };
  const self = { ref: `pkg:npm/${manifest.name}@${manifest.version}`, dependsOn: [] as string[] };
  const runtime: Component = {
    type: "platform",
    "bom-ref": `pkg:github/oven-sh/bun@bun-v${bunVersion}`,
    name: "bun",
    version: bunVersion,
    purl: `pkg:github/oven-sh/bun@bun-v${bunVersion}`,
  };
  const components = new Map<string, Component>();
  const needs = new Map<string, readonly string[]>();

  const visit = (name: string, within: string): string => {
    const key = lockKey(name, within, lock.packages);
    const component = componentOf(key, lock.packages);
    const ref = component["bom-ref"];
    if (!components.has(ref)) {
      components.set(ref, component);
      needs.set(
        ref,
        dependencyNames(key, lock.packages).map((other) => visit(other, key)),
      );
    }
    return ref;
  };
  self.dependsOn = Object.keys(manifest.dependencies).map((name) => visit(name, ""));
  self.dependsOn.push(runtime["bom-ref"]);

  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: built,
      component: {
        type: "application",
        "bom-ref": self.ref,
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        licenses: [{ expression: manifest.license }],
      },
    },
    components: [
      ...[...components.values()].toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
      runtime,
    ],
    dependencies: [self, ...[...needs].map(([ref, dependsOn]) => ({ ref, dependsOn }))],
  };
}

/** A package may have a version of its own of what it needs: `around/name` in the lock file. */
function lockKey(name: string, within: string, packages: Packages): string {
  for (let around = within; around !== ""; around = outer(around))
    if (packages[`${around}/${name}`] !== undefined) return `${around}/${name}`;
  if (packages[name] === undefined) throw new Error(`bun.lock does not know ${name}`);
  return name;
}

/** The key without its last package: `a/@b/c` → `a`. */
function outer(key: string): string {
  return key.replace(/(^|\/)(@[^/]+\/)?[^/]+$/, "");
}

/** An entry is [name@version, registry, what it needs, integrity]. */
function componentOf(key: string, packages: Packages): Component {
  const [id, , , integrity] = packages[key] ?? [];
  const at = String(id).lastIndexOf("@");
  const name = String(id).slice(0, at);
  const version = String(id).slice(at + 1);
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
  const license = licenseOf(key, version);
  const [alg, digest] = String(integrity).split("-");
  if (alg !== "sha512" || digest === undefined) throw new Error(`bun.lock has no hash of ${name}`);
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    hashes: [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }],
    ...(license === null ? {} : { licenses: [{ expression: license }] }),
  };
}

function dependencyNames(key: string, packages: Packages): readonly string[] {
  const needs = packages[key]?.[2] as
    | {
        readonly dependencies?: object;
        readonly peerDependencies?: object;
        readonly optionalPeers?: readonly string[];
      }
    | undefined;
  const peers = Object.keys(needs?.peerDependencies ?? {}).filter(
    (name) => needs?.optionalPeers?.includes(name) !== true,
  );
  return [...Object.keys(needs?.dependencies ?? {}), ...peers];
}

/** As the installed package says; null where it is not installed in that version. */
function licenseOf(key: string, version: string): string | null {
  const packages = key.match(/(@[^/]+\/)?[^/]+/g) ?? [];
  const name = packages.at(-1) ?? "";
  for (const path of [packages.join("/node_modules/"), name]) {
    const license = toldLicense(join(root, "node_modules", path, "package.json"), version);
    if (license !== null) return license;
  }
  return null;
}

function toldLicense(path: string, version: string): string | null {
  try {
    const manifest = JSON.parse(readFileSync(path, "utf8")) as {
      readonly version?: string;
      readonly license?: unknown;
    };
    return manifest.version === version && typeof manifest.license === "string"
      ? manifest.license
      : null;
  } catch {
    return null;
  }
}
