// Trying and saving a routes file: what is refused, what is tested, and in what order.
import { expect, test } from "bun:test";
import { createRoutesEdit } from "../../../../src/app/usecases/servers/edit-routes.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import type { RoutesFile, RoutesOnDisk } from "../../../../src/ports/routes-edit.ts";
import { readRoutes, routingOf, documentedPolicy } from "../../../lab/routing-of.ts";
import { sampleAttempt, sampleDetail } from "../../../adapters/pages/sample.ts";
import { compileModelMap } from "../../../../src/domain/routing/model-map.ts";
import { parseServerUrl } from "../../../../src/domain/config/server-url.ts";

const before = `servers: { a: "http://a:1", b: "http://b:1" }
aliases: { x: { instances: [a/m] } }`;
const after = before.replace("[a/m]", "[b/m]");
const row = sampleDetail({
  original_model: "x",
  route: "alias:x",
  attempts: [sampleAttempt({ upstream: "a", upstream_url: "http://a:1", model: "m" })],
});

function edit(over: { rows?: number; fails?: boolean; text?: string } = {}) {
  let onDisk = over.text ?? before;
  const done: string[] = [];
  const asked: LogFilter[] = [];
  const look = (): Promise<RoutesOnDisk> =>
    Promise.resolve({ kind: "text", text: onDisk, hash: `hash of ${onDisk}` });
  const file: RoutesFile = {
    look,
    parse(text) {
      const read = readRoutes(text.replaceAll("\r\n", "\n"));
      if ("routes" in read) return read;
      return {
        problems: read.problems.map(({ line, column, message }) => ({
          at: { line, column },
          message,
        })),
      };
    },
    withoutKeys: (text) => text.replace("a:1", "hidden"),
    replace(text, stamp) {
      onDisk = text;
      done.push(stamp);
      return Promise.resolve(true);
    },
  };
  const url = parseServerUrl("http://default:8000");
  const map = compileModelMap([]);
  if ("problem" in url || "problems" in map) throw new Error("the lab is wrong");
  let left = over.rows ?? 1;
  const routes = createRoutesEdit({
    file,
    reader: {
      list(filter) {
        asked.push(filter);
        if (over.fails === true) return Promise.reject(new Error("no log"));
        const logs = Array.from({ length: Math.min(left, filter.limit ?? 0) }, () => row);
        left -= logs.length;
        return Promise.resolve({ logs, next: left > 0 ? "more" : null });
      },
    },
    routing: () => routingOf(before),
    base: { modelMap: map.modelMap, defaultUpstream: url, policy: documentedPolicy },
    clock: { now: () => Date.parse("2026-03-12T16:00:10.123Z") },
    reload() {
      done.push("reload");
      return Promise.resolve();
    },
  });
  return { routes, done, asked, onDisk: () => onDisk };
}

test("a valid text is decided by over the last day's calls", async () => {
  const { routes, asked, done } = edit({ rows: 3 });
  const tried = await routes.try(after, true);
  expect(tried).toMatchObject({
    kind: "valid",
    tested: { calls: 3, changed: 3, isCut: false, changes: [{ count: 3, models: ["x"] }] },
  });
  expect(asked[0]?.since).toBe(Date.parse("2026-03-11T16:00:10.123Z"));
  expect(done).toEqual([]);
});

test("of very many calls the newest are decided, and that is said", async () => {
  const tried = await edit({ rows: 20_001 }).routes.try(after, true);
  expect(tried).toMatchObject({ tested: { calls: 20_000, isCut: true } });
});

test("a text with problems is not tested, and one that is too long not even parsed", async () => {
  const { routes, asked } = edit();
  expect(await routes.try("servers: []", true)).toMatchObject({
    kind: "problems",
    problems: [{ at: { line: 1, column: 10 } }],
  });
  expect(await routes.try(" ".repeat(262_145), true)).toMatchObject({
    kind: "problems",
    problems: [{ at: null }],
  });
  expect(asked).toEqual([]);
});

test("a log that cannot be read leaves the text valid, and untested", async () => {
  expect(await edit({ fails: true }).routes.try(after, true)).toEqual({
    kind: "valid",
    tested: null,
  });
});

test("only who may edit gets the file with its keys, and what stands for its bytes", async () => {
  const { routes } = edit();
  expect(await routes.open(true)).toMatchObject({ text: before, hash: `hash of ${before}` });
  expect(await routes.open(false)).toEqual({
    text: before.replace("a:1", "hidden"),
    why: null,
    hash: null,
    isRedacted: true,
  });
});

test("of two that save what they opened, the second is refused", async () => {
  const { routes, done, onDisk } = edit();
  const hash = `hash of ${before}`;
  const both = await Promise.all([routes.save(after, hash), routes.save(`${after} `, hash)]);
  expect(both).toEqual([{ kind: "saved", stamp: "20260312T160010123Z" }, { kind: "changed" }]);
  expect(onDisk()).toBe(after);
  expect(done).toEqual(["20260312T160010123Z", "reload"]);
});

test("a text with problems is never saved, and line ends stay as they were", async () => {
  const windows = before.replaceAll("\n", "\r\n");
  const { routes, onDisk } = edit({ text: windows });
  expect(await routes.save("servers: []", `hash of ${windows}`)).toMatchObject({
    kind: "problems",
  });
  expect(onDisk()).toBe(windows);
  await routes.save(after, `hash of ${windows}`);
  expect(onDisk()).toBe(after.replaceAll("\n", "\r\n"));
});
