// What a shell, docker or an editor leaves in a variable's value or in the routes file.
import { describe, expect, test } from "bun:test";
import { startFieldLab } from "../lab/field-lab.ts";

// https://github.com/topoteretes/cognee/issues/1750: what a shell, docker or an editor leaves in a value
describe("a variable's value", () => {
  test.each([
    [{ STRIP_THINKING: "True" }, null],
    [{ ENABLE_LOGGING: " true " }, null],
    [{ DEFAULT_UPSTREAM: '"http://127.0.0.1:9"' }, "DEFAULT_UPSTREAM"],
    [{ DEFAULT_UPSTREAM: "127.0.0.1:9" }, "DEFAULT_UPSTREAM"],
    [{ DEFAULT_UPSTREAM: "http://127.0.0.1:9 # mine" }, "DEFAULT_UPSTREAM"],
    [{ REQUEST_TIMEOUT: "'30'" }, "REQUEST_TIMEOUT"],
  ] as const)("%j is understood, or named with what would be right", async (env, name) => {
    const started = await startFieldLab(env).then(
      (other) => other.stop().then(() => null),
      (error: unknown) => String(error),
    );
    if (name === null) expect(started).toBeNull();
    else if (started !== null) {
      expect(started).toContain(name);
      expect(started).toContain(String(Object.values(env)[0]));
    }
  });

  test("in a routes file with a byte order mark and CRLF is read", async () => {
    const other = await startFieldLab(
      {},
      () => "routes:\r\n  - match: { model: crlf }\r\n    route: { upstream: two, model: m }\r\n",
    );
    try {
      expect((await other.ask("crlf")).upstream).toBe("two");
    } finally {
      await other.stop();
    }
  });
});
