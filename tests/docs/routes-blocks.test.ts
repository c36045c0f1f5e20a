// Every routes file in the documentation is valid, and decides about the models named beside it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { loadConfiguration } from "../../src/adapters/config/load.ts";
import { problemLine } from "../../src/adapters/config/problem-line.ts";
import { emptyDiscovery } from "../../src/domain/routing/discovery.ts";
import { planRoute } from "../../src/domain/routing/plan.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { markedBlocks } from "./fenced-blocks.ts";

const blocks = await markedBlocks("routes");

test("there are such blocks", () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks.map((block) => [block.where, block] as const))("%s", (_, { note, text }) =>
  withTempFolder(async (folder) => {
    const path = join(folder, "routes.yaml");
    writeFileSync(path, text);
    const env = { ROUTES_CONFIG: path, HOSTED_KEY: "k" };
    const loaded = loadConfiguration(env, { terminal: false });
    if ("problems" in loaded) throw new Error(loaded.problems.map(problemLine).join("\n"));
    for (const model of note.split(", ")) {
      // As a client that all of the pages' rules speak of.
      const ada = { sourceIp: "10.0.1.21", path: "/v1/chat/completions", user: "ada", headers: [] };
      const plan = planRoute({ model, ...ada }, loaded.routing, emptyDiscovery);
      expect(plan.route).not.toBe("default");
    }
  }),
);
