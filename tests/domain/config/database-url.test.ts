// What DATABASE_URL may be, and what is said of one that may not.
import { describe, expect, test } from "bun:test";
import { parseDatabaseUrl } from "../../../src/domain/config/database-url.ts";

describe("a database's URL", () => {
  test.each([
    ["postgres://me:secret@db.lan/logs", "db.lan/logs"],
    [
      "postgresql://me@db.lan:5433/logs?sslmode=verify-full&sslrootcert=/ca.pem",
      "db.lan:5433/logs",
    ],
    ["postgres://[::1]:5432/logs", "[::1]:5432/logs"],
    [" postgres://me:p%40ss@127.0.0.1/logs ", "127.0.0.1/logs"],
  ])("%s is taken, and shown as %s", (text, shown) => {
    expect(parseDatabaseUrl(text)).toEqual({ url: text.trim(), shown });
  });

  test.each([
    ["db.lan/logs", /must begin with postgres:\/\//],
    ["mysql://db.lan/logs", /must begin with postgres:\/\//],
    ["requests.db", /must begin with postgres:\/\//],
    ["postgres://me:se/cret@db.lan:x/logs", /is not a valid URL.*%40/],
    ["postgres://me:se cret@db.lan/logs", /is not a valid URL/],
    ["postgres:///logs", /names no host/],
    ["postgres://me:100%@db.lan/logs", /%25/],
    ["postgres://db.lan", /must name one database/],
    ["postgres://db.lan/", /must name one database/],
    ["postgres://db.lan/a/b", /must name one database/],
    ["postgres://db.lan/a?sslmode=on", /unknown sslmode; must be one of disable/],
  ])("%s is refused: %p", (text, problem) => {
    const read = parseDatabaseUrl(text);
    expect("problem" in read ? read.problem : "").toMatch(problem);
    expect(JSON.stringify(read)).not.toMatch(/se.?cret|100%@/);
  });
});
