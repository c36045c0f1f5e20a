// Codex, which speaks nothing but Responses, completes a task before servers that do not speak it: it looks at
// files and a picture side by side, and mends both files by a patch, whose tool takes any text.
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "bun:test";
import {
  type AgentLab,
  aliases,
  coderProtocols,
  droppedOf,
  expectMended,
  withAgentLab,
} from "./agent-lab.ts";
import {
  type CoderFiles,
  type CoderScript,
  firstThought,
  lastWords,
  misspelling,
} from "./coder-script.ts";
import { fetchAgent } from "./fetch-agent.ts";
import { type AgentRun, runAgent } from "./run-agent.ts";

const codex = await fetchAgent({
  name: "@openai/codex",
  version: `0.171.0-${process.platform}-${process.arch}`,
  program: join("vendor", targetOf(process.platform, process.arch), "bin", "codex"),
});

/** The folder in the package, named as compilers name systems. */
function targetOf(platform: string, arch: string): string {
  const machine = arch === "arm64" ? "aarch64" : "x86_64";
  if (platform === "darwin") return `${machine}-apple-darwin`;
  return platform === "win32" ? `${machine}-pc-windows-msvc` : `${machine}-unknown-linux-musl`;
}

/** As the docs recommend it. */
function settings(router: string): string {
  return `
model = "${aliases.openai}"
model_provider = "smolrouter"

[model_providers.smolrouter]
name = "SmolRouter"
base_url = "${router}/v1"
wire_api = "responses"
`;
}

async function ask({ folder, router }: AgentLab, prompt: string): Promise<AgentRun> {
  const home = join(folder, "..", "codex");
  await mkdir(home);
  await writeFile(join(home, "config.toml"), settings(router.url));
  const freely = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
  return runAgent([codex, "exec", ...freely, prompt], folder, { CODEX_HOME: home });
}

function patchFiles({ texts, picture }: CoderFiles): CoderScript {
  const changes = texts.map(
    (path) =>
      `*** Update File: ${basename(path)}\n@@\n-Oh ${misspelling.was}!\n+Oh ${misspelling.is}!\n`,
  );
  return ({ rounds }) => {
    switch (rounds) {
      case 0:
        return {
          thinking: firstThought,
          text: "Let me look at the files.",
          calls: [
            ...texts.map((path, at) => ({
              id: `call_read_${at}`,
              name: "exec_command",
              input: { cmd: `cat ${basename(path)}` },
            })),
            { id: "call_see", name: "view_image", input: { path: picture } },
          ],
        };
      case 1: {
        const input = `*** Begin Patch\n${changes.join("")}*** End Patch\n`;
        return {
          thinking: "",
          text: "",
          calls: [{ id: "call_patch", name: "apply_patch", input: { input } }],
        };
      }
      default:
        return { thinking: "That was all.", text: lastWords, calls: [] };
    }
  };
}

test.each(coderProtocols)(
  "it mends two files by a patch before a server of %s only",
  (protocol) =>
    withAgentLab(
      protocol,
      async (lab) => {
        await expectMended(lab, await ask(lab, "Mend the spelling in both files"), "responses");
        expect(await droppedOf(lab)).toEqual(
          expect.arrayContaining(["client_metadata", "prompt_cache_key"]),
        );
      },
      patchFiles,
    ),
  300_000,
);
