import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { databaseAdvice } from "../../../src/app/cli/database-advice.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

test("a database that may be written needs no advice", () =>
  withTempFolder(async (folder) => {
    expect(databaseAdvice(join(folder, "a/b/requests.db"), () => true)).toBeNull();
    expect(databaseAdvice(join(folder, "requests.db"))).toBeNull();
  }));

test("the advice names what stands in the way, and the variable", () =>
  withTempFolder(async (folder) => {
    const database = join(folder, "data", "requests.db");
    const refusing = (path: string) => (wanted: string) => wanted !== path;
    expect(databaseAdvice(database, refusing(folder))).toMatch(`${folder} may not be written`);
    mkdirSync(join(folder, "data"));
    writeFileSync(database, "");
    expect(databaseAdvice(database, refusing(database))).toMatch(/requests\.db may not.*DB_PATH/);
  }));
