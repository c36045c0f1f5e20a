// Environment and routes file together: the settings and the routing in force, or every problem of both.
import type { Environment } from "../../domain/config/substitute.ts";
import { defaultServerName, plainServer } from "../../domain/routing/plain-server.ts";
import type { Routing } from "../../domain/routing/types.ts";
import type { Settings } from "../../domain/settings.ts";
import { parseEnvironment } from "./env.ts";
import type { ConfigurationProblem } from "./problem-line.ts";
import { readRoutesFile } from "./routes-file.ts";
import type { Overrides } from "./variable-reader.ts";

export interface Configuration {
  readonly settings: Settings;
  readonly routing: Routing;
}

export interface LoadOptions {
  /** Whether stderr is a terminal. */
  readonly terminal: boolean;
  /** Flags of the command line; they stand for LISTEN_HOST, LISTEN_PORT and ROUTES_CONFIG. */
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly config?: string | undefined;
}

/** Reads and checks everything; calls no server. */
export function loadConfiguration(
  env: Environment,
  options: LoadOptions,
): Configuration | { readonly problems: readonly ConfigurationProblem[] } {
  const environment = parseEnvironment(env, {
    terminal: options.terminal,
    overrides: flagOverrides(options),
  });
  if ("problems" in environment) {
    const file = readRoutesFile(environment.routesConfig, env);
    return { problems: [...environment.problems, ...("problems" in file ? file.problems : [])] };
  }
  const file = readRoutesFile(environment.settings.routesConfig, env);
  if ("problems" in file) return file;
  const { settings, modelMap, defaultUpstream } = environment;
  return {
    settings,
    routing: {
      ...file.routes,
      modelMap,
      defaultServer: plainServer(defaultServerName, defaultUpstream),
      policy: settings.policy,
    },
  };
}

function flagOverrides({ host, port, config }: LoadOptions): Overrides {
  return {
    ...(host === undefined ? {} : { LISTEN_HOST: { flag: "--host", value: host } }),
    ...(port === undefined ? {} : { LISTEN_PORT: { flag: "--port", value: port } }),
    ...(config === undefined ? {} : { ROUTES_CONFIG: { flag: "--config", value: config } }),
  };
}
