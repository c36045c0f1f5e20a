// A task for a coding agent: files to mend, a scripted model to mend them, and the router between the two.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "bun:test";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import type { AgentRun } from "./run-agent.ts";
import {
  type CoderFiles,
  type CoderScript,
  lastWords,
  mendFiles,
  misspelling,
} from "./coder-script.ts";
import {
  modelName,
  type ScriptedCoder,
  startChatCoder,
  startMessagesCoder,
  startOllamaCoder,
} from "./scripted-coder.ts";

const coders = {
  chat: { type: "openai", start: startChatCoder },
  messages: { type: "anthropic", start: startMessagesCoder },
  ollama: { type: "ollama", start: startOllamaCoder },
} as const;

/** What the model's server speaks, and nothing else. */
export type CoderProtocol = keyof typeof coders;

export const coderProtocols: readonly CoderProtocol[] = ["chat", "messages", "ollama"];

export interface AgentLab {
  readonly router: TestRouter;
  readonly coder: ScriptedCoder;
  /** What the model's server speaks. */
  readonly protocol: CoderProtocol;
  /** The agent's. */
  readonly folder: string;
  readonly files: CoderFiles;
}

/** The scripted model, also by names of models that agents know: what they offer it depends on that. */
export const aliases = { plain: "coder", claude: "claude-coder", openai: "gpt-5.5" } as const;

const picture =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** @param scriptOf what the model does; absent: it mends the files */
export function withAgentLab(
  protocol: CoderProtocol,
  run: (lab: AgentLab) => Promise<void>,
  scriptOf: (files: CoderFiles) => CoderScript = mendFiles,
): Promise<void> {
  return withTempFolder(async (home) => {
    const folder = join(home, "task");
    await mkdir(folder);
    const files = {
      texts: ["greeting.txt", "farewell.txt"].map((name) => join(folder, name)),
      picture: join(folder, "dot.png"),
    };
    for (const path of files.texts) await writeFile(path, `Oh ${misspelling.was}!\n`);
    await writeFile(files.picture, Buffer.from(picture, "base64"));
    const { type, start } = coders[protocol];
    const coder = start(scriptOf(files));
    const router = await startRouter({
      routes: `
servers:
  model: { url: "${coder.url}", type: ${type} }
aliases:
  ${aliases.plain}: { instances: ["model/${modelName}"] }
  ${aliases.claude}: { instances: ["model/${modelName}"] }
  ${aliases.openai}: { instances: ["model/${modelName}"] }
routes:
  - match: { model: "/^claude-(opus|sonnet|haiku)/" }
    route: { model: ${aliases.claude} }
`,
    });
    try {
      await run({ router, coder, protocol, folder, files });
    } finally {
      await router.stop();
      await coder.stop();
    }
  });
}

/**
 * The agent has done the task, and nothing went wrong on the way that it made up for.
 * @param asked what the agent speaks
 */
export async function expectMended(
  { coder, files, protocol, router }: AgentLab,
  { said, reported, code }: AgentRun,
  asked: CoderProtocol | "responses",
): Promise<void> {
  expect({ code, said, reported }).toMatchObject({
    code: 0,
    said: expect.stringContaining(lastWords),
  });
  for (const path of files.texts)
    expect(await Bun.file(path).text()).toBe(`Oh ${misspelling.is}!\n`);
  expect(coder.asked.map(({ refusal }) => refusal)).toEqual(coder.asked.map(() => null));
  expect(JSON.stringify(coder.asked.at(-1)?.body)).toContain(picture);
  const way = asked === protocol ? "native" : `${asked}>${protocol}`;
  for (const { attempts, error_message: error, status_code: status } of await router.rows())
    expect({ status, error, attempts }).toMatchObject({
      status: 200,
      error: null,
      attempts: [{ status: 200, error: null, reason: "served", protocol: way }],
    });
}

/** What the requests lost on their way, each once. */
export async function droppedOf({ router }: AgentLab): Promise<readonly string[]> {
  const rows = await router.rows();
  return [...new Set(rows.flatMap(({ dropped }) => dropped))].toSorted();
}
