// `smolrouter serve`: configuration, composition, start-up line, signals.
import { closeSync, openSync } from "node:fs";
import { loadConfiguration, type Configuration } from "../../adapters/config/load.ts";
import { problemLine } from "../../adapters/config/problem-line.ts";
import { warningLine } from "../../adapters/config/unread-variables.ts";
import { createLogger } from "../../adapters/console/stderr-logger.ts";
import { shownUrl } from "../../domain/config/database-url.ts";
import { openPagesWarning } from "../../domain/security/web-policy.ts";
import { compose, type Running } from "../compose.ts";
import { versionText } from "../version.ts";
import { choosePort, portTaken } from "./choose-port.ts";
import { countsText } from "./counts.ts";
import { databaseAdvice } from "./database-advice.ts";
import type { CommandIo } from "./io.ts";
import { coloursWelcome } from "./paint.ts";

export interface ServeOptions {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly config?: string | undefined;
  /** Takes the next port that is free where the one asked for is not. */
  readonly orNextPort?: boolean;
}

export interface Serving {
  readonly url: string;
  /** The port that was asked for, where that was taken; null: it is the one. */
  readonly insteadOf: number | null;
  stop(): Promise<void>;
  /** Settles once a signal has stopped it. */
  readonly stopped: Promise<void>;
}

/** Serves until a signal ends it; resolves to the exit code. */
export async function runServe(options: ServeOptions, io: CommandIo): Promise<number> {
  const serving = await startServing(options, io);
  if (serving === null) return 1;
  await serving.stopped;
  return 0;
}

/** Starts the router; null, with the reasons logged, where it cannot start. */
export async function startServing(options: ServeOptions, io: CommandIo): Promise<Serving | null> {
  const { env, terminal } = io;
  const loaded = loadConfiguration(env, { ...options, terminal });
  const listen = "problems" in loaded ? loaded.listen : loaded.settings.listen;
  const port = listen === null ? 0 : await choosePort(listen, options.orNextPort ?? false);
  if ("problems" in loaded || typeof port !== "number") {
    const problems = [
      ...("problems" in loaded ? loaded.problems : []),
      ...(typeof port === "number" ? [] : [port]),
    ];
    for (const problem of problems) io.complain(problemLine(problem));
    for (const warning of loaded.warnings) io.complain(`warning: ${warningLine(warning)}`);
    return null;
  }
  const settings = { ...loaded.settings, listen: { ...loaded.settings.listen, port } };
  const configuration = { ...loaded, settings };
  const logger = createLogger({
    ...settings.log,
    colour: coloursWelcome(env, terminal),
    now: () => Date.now(),
    write: (line) => io.complain(line),
  });
  for (const warning of loaded.warnings) logger.warn(warningLine(warning));
  let running: Running;
  try {
    running = compose(configuration, logger, versionText());
  } catch (error) {
    io.complain(whyNotListening(error, settings.listen));
    return null;
  }
  const stopped = Promise.withResolvers<void>();
  let stopping: Promise<void> | null = null;
  const stop = () => (stopping ??= running.stop().finally(() => stopped.resolve()));
  const askedToStop = () => {
    if (stopping !== null) process.exit(1);
    logger.info("stopping: calls under way are finished first; a second signal stops at once");
    stop().catch((error: unknown) => logger.error(String(error)));
  };
  // The last is Windows' own: Ctrl-Break at a console.
  for (const signal of ["SIGTERM", "SIGINT", "SIGBREAK"]) process.on(signal, askedToStop);
  process.on("SIGHUP", () => {
    if (saysWindowIsGone(terminal)) askedToStop();
    else running.reload().catch((error: unknown) => logger.error(String(error)));
  });
  await running.ready;
  const refused = await running.refusedLog();
  if (refused !== null) {
    const shown = shownUrl(settings.database?.shown ?? "");
    io.complain(problemLine({ variable: "DATABASE_URL", shown, message: refused }));
    await stop();
    return null;
  }
  const isOwn = settings.logging && settings.database === null;
  const advice = isOwn ? databaseAdvice(settings.dbPath) : null;
  if (advice !== null) logger.error(advice);
  const openPages = openPagesWarning(settings);
  if (openPages !== null) logger.warn(openPages);
  // Last: whoever waits for this line may send a signal at once.
  logger.info(startLine(running.url, configuration));
  const insteadOf = loaded.settings.listen.port === port ? null : loaded.settings.listen.port;
  return { url: running.url, insteadOf, stop, stopped: stopped.promise };
}

/**
 * SIGHUP asks a service to read its files again; a program in a window gets it when the window was
 * closed; on Windows, which has no such signal, that is all it stands for.
 */
function saysWindowIsGone(terminal: boolean): boolean {
  if (process.platform === "win32") return true;
  if (!terminal) return false;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return false;
  } catch {
    return true;
  }
}

function startLine(url: string, { settings, routing }: Configuration): string {
  const log = settings.logging ? `log in ${settings.database?.shown ?? settings.dbPath}` : "no log";
  return `smolrouter at ${url}, ${log}, ${countsText(routing)}`;
}

function whyNotListening(
  error: unknown,
  { host, port }: Configuration["settings"]["listen"],
): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "EADDRINUSE") return problemLine(portTaken(port, `${host}:${port}`));
  if (code === "EACCES")
    return `this user may not listen on port ${port} of ${host}: choose one above 1023`;
  return `cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}
