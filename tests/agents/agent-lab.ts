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
  /** Those that are asked before it. */
  readonly before: readonly ScriptedCoder[];
  /** The agent's. */
  readonly folder: string;
  readonly files: CoderFiles;
}

/** The scripted model, also by names of models that agents know: what they offer it depends on that. */
export const aliases = { plain: "coder", claude: "claude-coder", openai: "gpt-5.5" } as const;

const picture =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A server of the model's that is asked before the other. */
export interface ServerBefore {
  readonly protocol: CoderProtocol;
  readonly scriptOf: (files: CoderFiles) => CoderScript;
}

/** @param scriptOf what the model does; absent: it mends the files */
export function withAgentLab(
  protocol: CoderProtocol,
  run: (lab: AgentLab) => Promise<void>,
  scriptOf: (files: CoderFiles) => CoderScript = mendFiles,
  serversBefore: readonly ServerBefore[] = [],
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
    const all = [...serversBefore, { protocol, scriptOf }].map((one) => {
      const { type, start } = coders[one.protocol];
      return { type, coder: start(one.scriptOf(files)) };
    });
    const servers = all.map(
      ({ type, coder: { url } }, at) => `  model-${at}: { url: "${url}", type: ${type} }`,
    );
    const instances = all.map((_, at) => `model-${at}/${modelName}`).join(", ");
    const names = Object.values(aliases).map((name) => `  ${name}: { instances: [${instances}] }`);
    const coder = all.at(-1)!.coder;
    const before = all.slice(0, -1).map((one) => one.coder);
    const router = await startRouter({
      routes: `
servers:
${servers.join("\n")}
aliases:
${names.join("\n")}
routes:
  - match: { model: "/^claude-(opus|sonnet|haiku)/" }
    route: { model: ${aliases.claude} }
`,
    });
    try {
      await run({ router, coder, protocol, before, folder, files });
    } finally {
      await router.stop();
      await Promise.all(all.map((one) => one.coder.stop()));
    }
  });
}

/** The agent has done the task, and no server refused what it asked. */
export async function expectDone(
  { coder, before, files }: AgentLab,
  { said, reported, code }: AgentRun,
): Promise<void> {
  expect({ code, said, reported }).toMatchObject({
    code: 0,
    said: expect.stringContaining(lastWords),
  });
  for (const path of files.texts)
    expect(await Bun.file(path).text()).toBe(`Oh ${misspelling.is}!\n`);
  const asked = [coder, ...before].flatMap((one) => one.asked);
  expect(asked.map(({ refusal }) => refusal)).toEqual(asked.map(() => null));
  expect(JSON.stringify(coder.asked.at(-1)?.body)).toContain(picture);
}

/**
 * As `expectDone`, and nothing went wrong on the way that it made up for.
 * @param asked what the agent speaks
 */
export async function expectMended(
  lab: AgentLab,
  run: AgentRun,
  asked: CoderProtocol | "responses",
): Promise<void> {
  await expectDone(lab, run);
  const { protocol, router } = lab;
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
