// One port, one router: whether the port asked for is free, or which one is taken in its place.
import type { EnvironmentProblem } from "../../adapters/config/problem-line.ts";
import { isFree, listenerAt } from "../../adapters/http/listener-at.ts";
import type { Settings } from "../../domain/config/settings.ts";

type Listen = Settings["listen"];

const portsTried = 100;
const lastPort = 65_535;

/**
 * The port to listen on.
 * @param orNext whether the next one that is free will do
 */
export async function choosePort(
  { host, port }: Listen,
  orNext: boolean,
): Promise<number | EnvironmentProblem> {
  // Any free one, whichever the system has.
  if (port === 0) return 0;
  const at = await listenerAt(host, port);
  if (at === null) return port;
  if (orNext)
    for (let next = port + 1; next <= Math.min(port + portsTried, lastPort); next++)
      if (await isFree(host, next)) return next;
  return portTaken(port, at);
}

/**
 * The problem of a port that something else listens on, for the list of all problems.
 * @param at the address where it answers
 */
export function portTaken(port: number, at: string): EnvironmentProblem {
  return {
    variable: "LISTEN_PORT",
    shown: String(port),
    message: `port ${port} is taken: something else listens at ${at}; stop it, or choose another with --port or LISTEN_PORT`,
  };
}
