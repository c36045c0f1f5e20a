import { expect, test } from "bun:test";
import { configurationPage, withVariables } from "../../scripts/docs.ts";
import { overrideKeys } from "../../src/domain/config/parse-overrides.ts";

test("the reference page lists the variables as the code has them (bun scripts/docs.ts)", async () => {
  const page = await Bun.file(configurationPage).text();
  expect(page).toBe(withVariables(page));
});

test("the reference page names every key that may be set on several levels", async () => {
  const page = await Bun.file(configurationPage).text();
  for (const key of overrideKeys) expect(page).toContain(`| \`${key}\` |`);
});
