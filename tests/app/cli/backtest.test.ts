import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { runBacktest } from "../../../src/app/cli/backtest.ts";
import { withRouter } from "../../lab/start-router.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";
import { withFakes } from "../../lab/with-fakes.ts";

const plainly = { kind: "backtest", sinceMs: null, config: undefined, json: false } as const;

async function run(
  command: Partial<Parameters<typeof runBacktest>[0]> & { readonly file: string },
  env: Record<string, string>,
  now?: number,
) {
  const printed: string[] = [];
  const complained: string[] = [];
  const io = {
    env,
    terminal: false,
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
  };
  return { code: await runBacktest({ ...plainly, ...command }, io, now), printed, complained };
}

test("backtest reads the log of a running router and says what would change", () =>
  withFakes({ a: {}, b: {} }, ({ a, b }) => {
    const routes = `servers: { a: "${a.url}", b: "${b.url}" }
aliases: { x: { instances: [a/m] } }`;
    return withRouter({ routes }, async (router) => {
      const { folder } = router;
      for (const model of ["x", "x", "b/m"])
        await (await router.post("/v1/chat/completions?key=k", { model, messages: [] })).text();
      expect(await router.rows()).toHaveLength(3);
      const file = join(folder, "new.yaml");
      writeFileSync(file, routes.replace("[a/m]", "[b/m, a/m]"));
      const env = {
        DB_PATH: join(folder, "requests.db"),
        ROUTES_CONFIG: join(folder, "routes.yaml"),
      };

      const reported = await run({ file }, env);
      expect(reported).toMatchObject({ code: 0, complained: [] });
      expect(reported.printed.slice(0, 5)).toEqual([
        `3 requests (all that is logged) under ${file}: 1 go where they went, 2 would change`,
        "",
        "2 × x",
        "    went      alias:x: a/m",
        "    would go  alias:x: b/m, then a/m",
      ]);

      const { printed } = await run({ file, json: true, sinceMs: 60_000 }, env);
      expect(JSON.parse(printed.join(""))).toMatchObject({
        file,
        calls: 3,
        changed: 2,
        changes: [{ count: 2, models: ["x"] }],
      });

      const later = Date.now() + 3_600_000;
      const none = await run({ file, json: true, sinceMs: 60_000 }, env, later);
      expect(JSON.parse(none.printed.join(""))).toMatchObject({ calls: 0 });
    });
  }));

test("a candidate with problems is reported as check reports it; a log that is not there, with what to do", () =>
  withTempFolder(async (folder) => {
    const file = join(folder, "new.yaml");
    const env = { DB_PATH: join(folder, "none.db") };
    writeFileSync(file, "servers: []");
    expect(await run({ file }, env)).toMatchObject({
      code: 1,
      printed: [`${file}:1:10: servers must be a mapping, not a list`],
    });
    writeFileSync(file, "{}");
    const missing = await run({ file }, env);
    expect(missing).toMatchObject({ code: 1, printed: [] });
    expect(missing.complained[0]).toContain("DB_PATH");
    writeFileSync(env.DB_PATH, "no database");
    expect((await run({ file }, env)).complained[0]).toContain("cannot be read");
  }));
