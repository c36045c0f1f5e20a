import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type FileLook,
  lookAtFile,
  parseRoutesFile,
} from "../../../src/adapters/config/routes-file.ts";
import { type RoutesReading, watchRoutes } from "../../../src/adapters/config/watch-routes.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

const routesOf = (...servers: string[]) =>
  `servers:\n${servers.map((name) => `  ${name}: http://${name}:1\n`).join("")}`;

/** What was taken, in short: the names of the servers, or the problems. */
const inShort = (reading: RoutesReading): string =>
  "routes" in reading ? [...reading.routes.servers.keys()].join() : reading.problems.join("\n");

interface Watched {
  readonly path: string;
  readonly taken: string[];
  /** Lets looks happen until so many ms have passed. */
  readonly pass: (ms: number) => Promise<void>;
  readonly reload: () => Promise<void>;
}

/** A watch over a file of its own, on a clock that moves only from look to look. */
function withWatch(
  { before = plain, required = true }: { before?: (path: string) => void; required?: boolean },
  run: (watched: Watched) => Promise<void>,
): Promise<void> {
  return withTempFolder(async (folder) => {
    const path = join(folder, "routes.yaml");
    before(path);
    const source = {
      path,
      look: lookAtFile(path),
      read: (look: FileLook, gone: boolean) =>
        parseRoutesFile({ path, required: required || gone }, look, {}),
    };
    let now = 0;
    let timer: { readonly at: number; readonly run: () => void } | null = null;
    let scheduled = Promise.withResolvers<void>();
    const taken: string[] = [];
    const watch = watchRoutes(
      source,
      {
        elapsed: () => now,
        after(ms, then) {
          timer = { at: now + ms, run: then };
          scheduled.resolve();
          return () => (timer = null);
        },
      },
      (reading) => taken.push(inShort(reading)),
    );
    try {
      await run({
        path,
        taken,
        reload: () => watch.reload(),
        async pass(ms) {
          const end = now + ms;
          while (timer !== null && timer.at <= end) {
            const due: { readonly at: number; readonly run: () => void } = timer;
            timer = null;
            scheduled = Promise.withResolvers();
            now = due.at;
            due.run();
            await scheduled.promise;
          }
          now = end;
        },
      });
    } finally {
      watch.stop();
      expect(timer).toBeNull();
    }
  });
}

const inFolder = (path: string, name: string) => join(path, "..", name);

/** A configuration mounted as Kubernetes does it: file → ..data/file, ..data → a folder per version. */
const mountVersion = (path: string, version: string, text: string) => {
  mkdirSync(inFolder(path, version));
  writeFileSync(inFolder(path, `${version}/routes.yaml`), text);
  symlinkSync(version, inFolder(path, "..data_tmp"));
  renameSync(inFolder(path, "..data_tmp"), inFolder(path, "..data"));
};

const plain = (path: string) => writeFileSync(path, routesOf("a"));

test.each<[string, (path: string) => void, (path: string) => void]>([
  ["writing into it", (path) => writeFileSync(path, routesOf("b")), plain],
  [
    "renaming another file over it, as most editors do",
    (path) => {
      writeFileSync(`${path}~`, routesOf("b"));
      renameSync(`${path}~`, path);
    },
    plain,
  ],
  [
    "moving it away and writing a new one, as vim does",
    (path) => {
      renameSync(path, `${path}~`);
      writeFileSync(path, routesOf("b"));
    },
    plain,
  ],
  [
    "swapping a link to a folder, as Kubernetes does",
    (path) => mountVersion(path, "v2", routesOf("b")),
    (path) => {
      mountVersion(path, "v1", routesOf("a"));
      symlinkSync("..data/routes.yaml", path);
    },
  ],
])("a change made by %s is in force within 2 s", (_, change, before) =>
  withWatch({ before }, async ({ path, taken, pass }) => {
    await pass(5_000);
    expect(taken).toEqual([]);
    change(path);
    await pass(2_000);
    expect(taken).toEqual(["b"]);
    await pass(5_000);
    expect(taken).toEqual(["b"]);
  }),
);

test("a file caught between truncation and writing is not taken for an empty one", () =>
  withWatch({}, async ({ path, taken, pass }) => {
    truncateSync(path);
    await pass(800);
    writeFileSync(path, routesOf("b"));
    await pass(2_000);
    expect(taken).toEqual(["b"]);
  }));

test("a file that is written bit by bit is read once it is whole", () =>
  withWatch({}, async ({ path, taken, pass }) => {
    const text = routesOf("b", "c", "d");
    for (let end = 1; end <= text.length; end += 7) {
      writeFileSync(path, text.slice(0, end));
      await pass(140);
    }
    writeFileSync(path, text);
    await pass(2_000);
    expect(taken).toEqual(["b,c,d"]);
  }));

test("a file that stays empty asks for no servers", () =>
  withWatch({}, async ({ path, taken, pass }) => {
    truncateSync(path);
    await pass(2_000);
    expect(taken).toEqual([""]);
  }));

test("an invalid file is reported once, and the next valid one is taken", () =>
  withWatch({}, async ({ path, taken, pass }) => {
    writeFileSync(path, "servers: { a: nope }");
    await pass(5_000);
    expect(taken).toEqual([`${path}:1:15: server "a": "nope" must begin with http:// or https://`]);
    writeFileSync(path, routesOf("a"));
    await pass(2_000);
    expect(taken.at(-1)).toBe("a");
  }));

test("a file that vanishes is a problem, not an empty configuration; it may come back", () =>
  withWatch({}, async ({ path, taken, pass }) => {
    rmSync(path);
    await pass(2_000);
    expect(taken).toEqual([`${path}: there is no such file`]);
    writeFileSync(path, routesOf("b"));
    await pass(2_000);
    expect(taken.at(-1)).toBe("b");
  }));

test("a file that was not there at start is found when it appears, and missed when it goes", () =>
  withWatch({ before: () => {}, required: false }, async ({ path, taken, pass, reload }) => {
    await pass(5_000);
    await reload();
    expect(taken).toEqual([""]);
    writeFileSync(path, routesOf("b"));
    await pass(2_000);
    expect(taken).toEqual(["", "b"]);
    rmSync(path);
    await pass(2_000);
    expect(taken.at(-1)).toBe(`${path}: there is no such file`);
  }));

test("a reload that is asked for happens at once, changed or not", () =>
  withWatch({}, async ({ path, taken, reload, pass }) => {
    await reload();
    writeFileSync(path, routesOf("b"));
    await reload();
    await pass(5_000);
    expect(taken).toEqual(["a", "b"]);
  }));
