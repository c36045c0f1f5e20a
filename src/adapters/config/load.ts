// Environment and routes file together: the settings and the routing in force, or every problem of both.
import type { Environment } from "../../domain/config/substitute.ts";
import { assembleRouting, type RoutingBase } from "../../domain/routing/assemble.ts";
import type { Routing } from "../../domain/routing/types.ts";
import type { Settings } from "../../domain/config/settings.ts";
import { parseEnvironment } from "./env.ts";
import type { ConfigurationProblem } from "./problem-line.ts";
import type { RoutesFile } from "../../ports/routes-edit.ts";
import { createRoutesFile } from "./routes-on-disk.ts";
import { lookAtFile, parseRoutesFile } from "./routes-file.ts";
import { type ConfigurationWarning, unreadVariables } from "./unread-variables.ts";
import type { Overrides } from "./variable-reader.ts";
import type { RoutesSource } from "./watch-routes.ts";

export interface Configuration {
  readonly settings: Settings;
  readonly routing: Routing;
  /** What does not keep the program from running, but is most likely a slip. */
  readonly warnings: readonly ConfigurationWarning[];
  /** What a routes file that is read again becomes the routing with. */
  readonly routingBase: RoutingBase;
  /** How the routes file is read again while the program runs. */
  readonly routesSource: RoutesSource;
  /** The routes file as a text that people change. */
  readonly routesFile: RoutesFile;
}

export interface LoadOptions {
  /** Whether stderr is a terminal. */
  readonly terminal: boolean;
  /** Flags of the command line; they stand for LISTEN_HOST, LISTEN_PORT and ROUTES_CONFIG. */
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly config?: string | undefined;
}

export interface Unloadable {
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly ConfigurationWarning[];
  /** Where the router would have listened; null: that is one of the problems. */
  readonly listen: Settings["listen"] | null;
}

/** Reads and checks everything; calls no server. */
export function loadConfiguration(
  env: Environment,
  options: LoadOptions,
): Configuration | Unloadable {
  const warnings = unreadVariables(env);
  const environment = parseEnvironment(env, {
    terminal: options.terminal,
    overrides: flagOverrides(options),
  });
  if ("problems" in environment) {
    const where = environment.routesConfig;
    const file = parseRoutesFile(where, lookAtFile(where.path), env);
    const problems = [...environment.problems, ...("problems" in file ? file.problems : [])];
    return { problems, warnings, listen: environment.listen };
  }
  const { settings, modelMap, defaultUpstream } = environment;
  const base = { modelMap, defaultUpstream, policy: settings.policy };
  const where = settings.routesConfig;
  const look = lookAtFile(where.path);
  const file = parseRoutesFile(where, look, env);
  if ("problems" in file) return { problems: file.problems, warnings, listen: settings.listen };
  return {
    settings,
    warnings,
    routesFile: createRoutesFile(where.path, env),
    routesSource: {
      path: where.path,
      look,
      read: (again, required) =>
        parseRoutesFile({ path: where.path, required: required || where.required }, again, env),
    },
    routing: assembleRouting(file.routes, base),
    routingBase: base,
  };
}

function flagOverrides({ host, port, config }: LoadOptions): Overrides {
  return {
    ...(host === undefined ? {} : { LISTEN_HOST: { flag: "--host", value: host } }),
    ...(port === undefined ? {} : { LISTEN_PORT: { flag: "--port", value: port } }),
    ...(config === undefined ? {} : { ROUTES_CONFIG: { flag: "--config", value: config } }),
  };
}
