// The routes file replaced on a real disk, and parsed for those who may and may not edit it.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { createRoutesFile } from "../../../src/adapters/config/routes-on-disk.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

test("a file is replaced with its rights, and what was there before stays beside it", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "routes.yaml");
    writeFileSync(path, "before");
    chmodSync(path, 0o640);
    const file = createRoutesFile(path, {});
    expect(await file.look()).toMatchObject({ kind: "text", text: "before" });
    expect(await file.replace("after", "t1")).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("after");
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${path}.t1.bak`, "utf8")).toBe("before");
    expect(readdirSync(folder).toSorted()).toEqual(["routes.yaml", "routes.yaml.t1.bak"]);
  }));

test("a symbolic link stays one: what it leads to is replaced", () =>
  withTempFolder(async (folder) => {
    mkdirSync(join(folder, "real"));
    const real = join(folder, "real", "r.yaml");
    writeFileSync(real, "before");
    const path = join(folder, "routes.yaml");
    symlinkSync(real, path);
    await createRoutesFile(path, {}).replace("after", "t1");
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, "utf8")).toBe("after");
    expect(readFileSync(`${real}.t1.bak`, "utf8")).toBe("before");
  }));

test("where there is no file one is begun, readable for its owner only, and nothing is copied", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "routes.yaml");
    const file = createRoutesFile(path, {});
    expect(await file.look()).toMatchObject({ kind: "none" });
    expect(await file.replace("new", "t1")).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["routes.yaml"]);
  }));

test("a copy that is there already is never written over, and the file stays as it was", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "routes.yaml");
    writeFileSync(path, "before");
    writeFileSync(`${path}.t1.bak`, "older");
    const replaced = createRoutesFile(path, {}).replace("after", "t1");
    expect(replaced).rejects.toThrow("EEXIST");
    await replaced.catch(() => undefined);
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readFileSync(`${path}.t1.bak`, "utf8")).toBe("older");
    expect(readdirSync(folder)).toHaveLength(2);
  }));

test("who may not edit learns nothing of the environment or the disk by a text of theirs", () => {
  const env = { KEY: "s3cret", URL_OF_A: "http://a:1" };
  const file = createRoutesFile("routes.yaml", env);
  const onDisk = 'servers: { a: { url: "${URL_OF_A}", api_key: "${KEY}" } }';
  const tried = `servers: { a: { url: "\${URL_OF_A}", api_key: "\${KEY}", ca: /nowhere } }
aliases: { x: { instances: ["a/\${KEY}"] } }`;
  const strange = file.parse(tried, onDisk);
  if ("problems" in strange) throw new Error(JSON.stringify(strange.problems));
  expect(strange.routes.servers.get("a")).toMatchObject({ baseUrl: "http://a:1" });
  expect(strange.routes.aliases.get("x")?.instances[0]?.model).toBe("KEY");
  const trusted = file.parse(tried, null);
  expect("problems" in trusted && trusted.problems).toMatchObject([
    { at: { line: 1 }, message: expect.stringContaining("/nowhere") as string },
  ]);
});
