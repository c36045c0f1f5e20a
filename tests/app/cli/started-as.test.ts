import { expect, test } from "bun:test";
import { type Start, startedAs } from "../../../src/app/cli/started-as.ts";

const source: Start = {
  script: "/home/ada/smolrouter/src/app/main.ts",
  program: "/usr/local/bin/bun",
  runtime: "1.4.5",
  folder: "/home/ada/smolrouter",
  env: { PATH: "/usr/local/bin:/usr/bin" },
};
const binary: Start = { ...source, script: "/$bunfs/smolrouter" };
const fetched = "/home/ada/.npm/_npx/1f/node_modules/@smolrouter/linux-x64/bin/smolrouter";
const npm = "npm/11.19.1 node/v20.20.2 linux x64 workspaces/false";
const ranBy = (npm_config_user_agent: string) => ({
  env: { npm_lifecycle_event: "start", npm_config_user_agent },
});

test.each<[string, string, Start]>([
  ["bun run", "bun run start", { ...source, ...ranBy("bun/1.4.5 npm/? node/v26.3.0 linux x64") }],
  ["npx", "npx -y bun@1.4.5 run start", { ...source, ...ranBy(npm) }],
  ["the script's name", "bun ./src/app/main.ts", source],
  [
    "the script's name, from elsewhere",
    "bun /home/ada/smolrouter/src/app/main.ts",
    { ...source, folder: "/home/ada/models" },
  ],
  ["a binary on the path", "smolrouter", { ...binary, program: "/usr/bin/smolrouter" }],
  [
    "a binary just built",
    "./dist/smolrouter",
    { ...binary, program: "/home/ada/smolrouter/dist/smolrouter" },
  ],
  [
    "a binary elsewhere, in a folder with a space",
    "'/opt/model things/smolrouter'",
    { ...binary, program: "/opt/model things/smolrouter" },
  ],
  ["npx", "npx smolrouter", { ...binary, program: fetched, env: { npm_lifecycle_event: "npx" } }],
  ["a package of npm", "smolrouter", { ...binary, program: fetched }],
])("what was started by %s is started again by %s", (_, words, start) => {
  expect(startedAs(start)).toBe(words);
});
