// Claude Code, pointed at the router by its address alone, completes a task before servers of all kinds.
import { join } from "node:path";
import { expect, test } from "bun:test";
import {
  type AgentLab,
  aliases,
  coderProtocols,
  droppedOf,
  expectMended,
  withAgentLab,
} from "./agent-lab.ts";
import { fetchAgent } from "./fetch-agent.ts";
import { type AgentRun, runAgent } from "./run-agent.ts";

const claude = await fetchAgent({
  name: `@anthropic-ai/claude-code-${process.platform}-${process.arch}`,
  version: "2.1.332",
  program: "claude",
});

const patience = 300_000;

/** @param more arguments */
function ask(
  { folder, router }: AgentLab,
  prompt: string,
  ...more: readonly string[]
): Promise<AgentRun> {
  const command = [claude, "-p", prompt, "--permission-mode", "acceptEdits", ...more];
  return runAgent(command, folder, {
    ANTHROPIC_BASE_URL: router.url,
    ANTHROPIC_AUTH_TOKEN: "any",
    CLAUDE_CONFIG_DIR: join(folder, "..", "claude"),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
    DISABLE_AUTOUPDATER: "1",
  });
}

/** What it says of itself, and what only Anthropic's servers know. */
const lost = [
  "anthropic-beta",
  "cache_control",
  "context_management",
  "messages.output_config",
  "metadata.user_id",
  "system.x-anthropic-billing-header",
  "tools.defer_loading",
];

test.each(coderProtocols)(
  "it mends two files before a server of %s only",
  (protocol) =>
    withAgentLab(protocol, async (lab) => {
      await expectMended(lab, await ask(lab, "Mend the spelling in both files"), "messages");
      expect(await droppedOf(lab)).toEqual(protocol === "messages" ? [] : lost);
    }),
  patience,
);

test(
  "it works by a name of the router's, too",
  () =>
    withAgentLab("chat", async (lab) => {
      const run = await ask(lab, "Mend the spelling in both files", "--model", aliases.plain);
      await expectMended(lab, run, "messages");
      const models = (await lab.router.rows()).map(({ original_model: model }) => model);
      expect(new Set(models)).toEqual(new Set([aliases.plain]));
    }),
  patience,
);

test(
  "it shortens a conversation that is too long for the server, and goes on",
  () => {
    let asked = 0;
    return withAgentLab(
      "chat",
      async (lab) => {
        for (const words of ["One", "Two", "Three"])
          expect((await ask(lab, words, ...(asked === 0 ? [] : ["--continue"]))).said).toContain(
            "So",
          );
        const { code, said } = await ask(lab, "Four", "--continue");
        expect({ code, said: said.trim() }).toEqual({ code: 0, said: "So be it." });
        // What is asked for in between is a summary.
        expect(asked).toBeGreaterThan(5);
        const rows = await lab.router.rows();
        expect(rows.filter(({ status_code: status }) => status !== 200)).toHaveLength(1);
      },
      () => () => {
        asked += 1;
        return asked === 4
          ? "This model's maximum context length is 8192 tokens. However, you requested 20000 tokens."
          : { thinking: "", text: "So be it.", calls: [] };
      },
    );
  },
  patience,
);

test(
  "it offers the models of the router's list whose names it takes",
  () =>
    withAgentLab("chat", async (lab) => {
      await ask(lab, "Mend the spelling in both files");
      const kept = Bun.file(join(lab.folder, "..", "claude", "cache", "gateway-models.json"));
      expect(await kept.json()).toMatchObject({ models: [{ id: aliases.claude }] });
    }),
  patience,
);

test.each(coderProtocols)(
  "tools that it keeps back are called once it has found them, before a server of %s only",
  (protocol) =>
    withAgentLab(
      protocol,
      async (lab) => {
        const { said } = await ask(lab, "Stop the task");
        expect(said).toContain("There was none.");
        const [first, , last] = lab.coder.asked.map(({ body }) => JSON.stringify(body));
        if (protocol !== "messages") expect(first).not.toContain('"name":"TaskStop"');
        expect(last).toContain("No task found");
      },
      () =>
        ({ tools, rounds }) => {
          if (tools.length === 0) return { thinking: "", text: "Stop a task", calls: [] };
          const search = { query: "select:TaskStop", max_results: 1 };
          const calls = [
            { id: "call_search", name: "ToolSearch", input: search },
            { id: "call_stop", name: "TaskStop", input: { task_id: "none" } },
          ].slice(rounds, rounds + 1);
          return { thinking: "", text: calls.length === 0 ? "There was none." : "", calls };
        },
    ),
  patience,
);
