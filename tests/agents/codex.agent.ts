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
  expectDone,
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

type Settings = Readonly<Record<string, number>>;

/** As the docs recommend it. @param more of the provider's */
function settings(router: string, more: Settings, general: Settings): string {
  const lines = (given: Settings) =>
    Object.entries(given)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join("");
  return `
model = "${aliases.openai}"
model_provider = "smolrouter"
${lines(general)}

[model_providers.smolrouter]
name = "SmolRouter"
base_url = "${router}/v1"
wire_api = "responses"
${lines(more)}`;
}

async function ask(
  { folder, router }: AgentLab,
  prompt: string,
  more: Settings = {},
  general: Settings = {},
): Promise<AgentRun> {
  const home = join(folder, "..", "codex");
  await mkdir(home);
  await writeFile(join(home, "config.toml"), settings(router.url, more, general));
  const freely = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
  return runAgent([codex, "exec", ...freely, prompt], folder, { CODEX_HOME: home }, 280_000);
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

const task = "Mend the spelling in both files";
/** Codex asks nothing twice: what is made up for, the router does. */
const once = { request_max_retries: 0, stream_max_retries: 0 };

/** Its server is gone while it gives its second answer, after so many events. */
const dying =
  (events: number) =>
  (files: CoderFiles): CoderScript =>
  (request) => {
    const reply = patchFiles(files)(request);
    return request.rounds === 1 && typeof reply !== "string"
      ? { ...reply, text: "Now for it.", diesAfter: events }
      : reply;
  };

test.each([
  ["before it answers the second turn", 0, once, true],
  ["after an event that says nothing", 1, once, true],
  // What came of it is Codex's already, which asks again.
  ["in the middle of an answer", 3, { ...once, stream_max_retries: 1 }, false],
] as const)(
  "its task is done although the first server dies %s",
  (_when, events, more, isCovered) =>
    withAgentLab(
      "messages",
      async (lab) => {
        await expectDone(lab, await ask(lab, task, more));
        expect(lab.before[0]?.asked.length).toBe(2);
        const rows = await lab.router.rows();
        const calls = rows.toReversed();
        expect(calls.map(({ state }) => state)).toEqual(
          isCovered
            ? ["completed", "completed", "completed"]
            : ["completed", "failed", "completed", "completed"],
        );
        const ways = calls.map(({ attempts }) => attempts.at(-1)?.protocol);
        expect(new Set(ways.slice(2))).toEqual(new Set(["responses>messages"]));
      },
      patchFiles,
      [{ protocol: "chat", scriptOf: dying(events) }],
    ),
  300_000,
);

test(
  "it waits for a server that says nothing for longer than it would by itself",
  () =>
    withAgentLab(
      "chat",
      async (lab) => {
        const patience = { ...once, stream_idle_timeout_ms: 125_000 };
        await expectMended(lab, await ask(lab, task, patience), "responses");
      },
      (files) => (request) => {
        const reply = patchFiles(files)(request);
        return request.rounds === 1 && typeof reply !== "string"
          ? { ...reply, silentMs: 160_000 }
          : reply;
      },
    ),
  300_000,
);

test.each(coderProtocols)(
  "it shortens a conversation in time before a server of %s only, and goes on",
  (protocol) => {
    let steps = 0;
    let summaries = 0;
    return withAgentLab(
      protocol,
      async (lab) => {
        // Each answer says that more has been used.
        const run = await ask(lab, task, once, { model_auto_compact_token_limit: 900 });
        expect(run).toMatchObject({ code: 0, said: expect.stringContaining(lastWords) });
        for (const path of lab.files.texts)
          expect(await Bun.file(path).text()).toContain(misspelling.is);
        expect(summaries).toBeGreaterThan(0);
        expect(lab.coder.asked.filter(({ refusal }) => refusal !== null)).toEqual([]);
      },
      (files) => (request) => {
        // A summary is asked for without tools, but for those that the conversation names.
        if (request.tools.some(({ name }) => name === "apply_patch"))
          return patchFiles(files)({ ...request, rounds: steps++ });
        summaries += 1;
        return { thinking: "", text: "The files hold a misspelling.", calls: [] };
      },
    );
  },
  300_000,
);
