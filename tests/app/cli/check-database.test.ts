// `smolrouter check` with a database: the command as it is, and what it prints.
import { expect, test } from "bun:test";
import { runCheck } from "../../../src/app/cli/check.ts";
import { withDatabase } from "../../lab/postgres.ts";

async function check(url: string, json = false) {
  const printed: string[] = [];
  const note = (line: string) => void printed.push(line);
  const env = { DATABASE_URL: url };
  const io = { env, terminal: false, print: note, complain: note };
  const code = await runCheck({ kind: "check", file: undefined, json }, io);
  return { code, printed };
}

test("a database is tried, and described where it will do", () =>
  withDatabase(async (url) => {
    const { code, printed } = await check(url);
    expect(code).toBe(0);
    expect(printed[0]).toMatch(/^ok: the database 127\.0\.0\.1:\d+\/lab_\d+: PostgreSQL \d+/);
    const wrong = await check(url.replace("lab-secret-word", "wrong-secret-word"));
    expect(wrong.code).toBe(1);
    expect(wrong.printed).toEqual([
      expect.stringMatching(
        /^environment: DATABASE_URL=postgres:\/\/\[hidden\]@127\.0\.0\.1:\d+\/lab_\d+: PostgreSQL refused/,
      ),
    ]);
    const { printed: inJson } = await check(url.replace(/lab_\d+$/, "nowhere"), true);
    expect(JSON.parse(inJson.join(""))).toMatchObject({
      valid: false,
      problems: [
        {
          variable: "DATABASE_URL",
          shown: expect.stringMatching(/^postgres:\/\/\[hidden\]@[\d.:]+\/nowhere$/),
        },
      ],
    });
    expect([...wrong.printed, ...inJson].join("")).not.toMatch(/secret-word/);
  }));
