// opencode, by each of the two providers that it knows for servers of one's own, completes a task before servers
// of all kinds.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import {
  aliases,
  type CoderProtocol,
  coderProtocols,
  droppedOf,
  expectMended,
  withAgentLab,
} from "./agent-lab.ts";
import { firstThought } from "./coder-script.ts";
import { fetchAgent } from "./fetch-agent.ts";
import { runAgent } from "./run-agent.ts";

const opencode = await fetchAgent({
  name: `opencode-${process.platform}-${process.arch}`,
  version: "1.18.33",
  program: "bin/opencode",
});

/** What the docs recommend for a user's own file, and nothing from the network. */
function settings({ npm, model }: Provider, router: string): object {
  return {
    autoupdate: false,
    share: "disabled",
    model: `smolrouter/${model}`,
    permission: { edit: "allow" },
    provider: {
      smolrouter: {
        npm,
        name: "SmolRouter",
        options: { baseURL: `${router}/v1`, apiKey: "any" },
        models: {
          [model]: {
            name: "Coder",
            attachment: true,
            reasoning: true,
            tool_call: true,
            modalities: { input: ["text", "image"], output: ["text"] },
          },
        },
      },
    },
  };
}

const offline = {
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
};

interface Provider {
  readonly npm: string;
  readonly model: string;
  readonly path: string;
  readonly speaks: CoderProtocol;
  /** What it asks for that a server has no place for. */
  readonly lost: Readonly<Record<CoderProtocol, readonly string[]>>;
}

const marks = ["anthropic-beta", "cache_control", "tools.eager_input_streaming"];

const providers: readonly Provider[] = [
  {
    npm: "@ai-sdk/anthropic",
    model: aliases.claude,
    path: "/v1/messages",
    speaks: "messages",
    lost: { messages: [], chat: marks, ollama: marks },
  },
  {
    npm: "@ai-sdk/openai-compatible",
    // To models named after Claude it sends marks for a cache, which OpenAI refuses.
    model: aliases.plain,
    path: "/v1/chat/completions",
    speaks: "chat",
    lost: { messages: [], chat: [], ollama: [] },
  },
];

describe.each(providers)("by $npm", (provider) => {
  test.each(coderProtocols)(
    "before a server of %s only",
    (protocol) =>
      withAgentLab(protocol, async (lab) => {
        const file = join(lab.folder, "..", "opencode.json");
        await writeFile(file, JSON.stringify(settings(provider, lab.router.url)));
        const run = await runAgent(
          [opencode, "run", "Mend the spelling in both files"],
          lab.folder,
          {
            ...offline,
            OPENCODE_CONFIG: file,
          },
        );
        await expectMended(lab, run, provider.speaks);
        // What the model thought comes back to it, with its signature where its maker signs.
        expect(JSON.stringify(lab.coder.asked.at(-1)?.body)).toContain(firstThought);
        const rows = await lab.router.rows();
        expect(rows.map(({ path }) => path)).toEqual(rows.map(() => provider.path));
        expect(await droppedOf(lab)).toEqual(provider.lost[protocol]);
      }),
    300_000,
  );
});
