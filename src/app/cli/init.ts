// `smolrouter init`: a routes file to begin with, from what answers on this machine.
import { existsSync, writeFileSync } from "node:fs";
import { systemClock } from "../../adapters/clock/system-clock.ts";
import { parseEnvironment } from "../../adapters/config/env.ts";
import { createVia } from "../../domain/http/via.ts";
import { createFetchUpstream } from "../../adapters/upstream/fetch-upstream.ts";
import {
  firstRoutesFile,
  localServers,
  type LocalServer,
} from "../../domain/config/local-servers.ts";
import { type LocalFindings, probeLocal } from "../usecases/servers/probe-local.ts";
import { createServerClient } from "../usecases/servers/ask-server.ts";
import type { InitCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { createPaint } from "./paint.ts";

const defaultPort = 1234;

/**
 * Writes the file, unless one is there and `force` is not set.
 * @param places where to look; the usual local ports unless a test says otherwise
 * @returns the exit code: 1 where nothing was written
 */
export async function runInit(
  { config, force }: InitCommand,
  io: CommandIo,
  places: readonly LocalServer[] = localServers,
): Promise<number> {
  const environment = parseEnvironment(io.env, { terminal: io.terminal });
  const { path: configured } =
    "problems" in environment ? environment.routesConfig : environment.settings.routesConfig;
  const path = config ?? configured;
  if (path.toLowerCase().endsWith(".json")) {
    io.complain(`${path}: init writes YAML; give it another name with --config`);
    return 1;
  }
  if (existsSync(path) && !force) {
    io.complain(`${path} already exists; --force replaces it, --config FILE writes another`);
    return 1;
  }
  const ask = createServerClient(createFetchUpstream(systemClock), systemClock, createVia("init"));
  const findings = await probeLocal(places, ask);
  tell(findings, places, io);
  try {
    writeFileSync(path, firstRoutesFile(findings.found), { flag: force ? "w" : "wx" });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.complain(`${path} cannot be written: ${why}`);
    io.complain("run it in a folder of yours, or name another file with --config");
    return 1;
  }
  io.print("");
  io.print(`wrote ${path}`);
  for (const line of nextSteps(findings, path, configured, io.startedAs)) io.print(line);
  return 0;
}

function tell({ found, routers }: LocalFindings, places: readonly LocalServer[], io: CommandIo) {
  const paint = createPaint(io.colour);
  for (const place of places) {
    const { server, program } = place;
    const there = found.find((one) => one.server === server);
    const where = `${program} (${server.baseUrl})`;
    if (there !== undefined) {
      const models = there.models.length === 0 ? "no models yet" : there.models.join(", ");
      io.print(`${paint.good("found  ")} ${where}: ${models}`);
    } else if (routers.includes(place))
      io.print(paint.faint(`skipped ${server.baseUrl}: a router listens there`));
    else io.print(paint.faint(`nothing ${where}`));
  }
}

/** @param program what to type to start the router, before its flags */
function nextSteps(
  { found }: LocalFindings,
  path: string,
  configured: string,
  program = "smolrouter",
): readonly string[] {
  const [first] = found;
  const taken = found.find(({ server }) => server.baseUrl.endsWith(`:${defaultPort}`));
  const flags = [
    ...(path === configured ? [] : [`--config ${path}`]),
    ...(taken === undefined ? [] : ["--port 1235"]),
  ];
  const start = [program, ...flags].join(" ");
  if (first === undefined)
    return ["no model server answered: write yours into it, then start the router:", `  ${start}`];
  return [
    ...(taken === undefined
      ? []
      : [
          `${taken.program} has port ${defaultPort}, the router's default, so the router gets another one`,
        ]),
    "start the router; requests for models that no server lists go to DEFAULT_UPSTREAM:",
    `  DEFAULT_UPSTREAM=${first.server.baseUrl} ${start}`,
  ];
}
