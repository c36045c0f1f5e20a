import { expect, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { createSbom } from "../../scripts/sbom.ts";

const sbom = createSbom("2026-01-02T03:04:05.000Z");
const names = new Set(sbom.components.map(({ name }) => name));

test("the bill of materials names all that ships, the runtime included, and nothing that only tests", () => {
  for (const name of Object.keys(manifest.dependencies)) expect(names).toContain(name);
  expect(names).toContain("bun");
  for (const name of ["playwright-core", "oxlint", "fast-check"]) expect(names).not.toContain(name);
});

test("every component is what bun.lock pins, with its hash and licence; every reference leads somewhere", () => {
  const refs = new Set(sbom.components.map((component) => component["bom-ref"]));
  expect(refs.size).toBe(sbom.components.length);
  for (const component of sbom.components.filter(({ type }) => type === "library")) {
    expect(component.purl).toMatch(/^pkg:npm\/(%40[^/]+\/)?[^/@]+@\d+\.\d+\.\d+/);
    expect(component.hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    expect(component.licenses?.[0].expression).toBeString();
  }
  for (const { dependsOn } of sbom.dependencies)
    for (const ref of dependsOn) expect(refs).toContain(ref);
});
