// What the environment seems to say to this program without being heard.
import { lookalikes } from "../../domain/config/lookalikes.ts";
import type { Environment } from "../../domain/config/substitute.ts";
import { variables } from "./variables.ts";

export interface ConfigurationWarning {
  readonly variable: string;
  /** In words; never the value. */
  readonly message: string;
}

/** Variables that look like the program's own, each with the one that was most likely meant. */
export function unreadVariables(env: Environment): readonly ConfigurationWarning[] {
  const set = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== "");
  const own = Object.keys(variables);
  return lookalikes(
    set.map(([name]) => name),
    own,
  ).map(({ variable, meant }) => ({
    variable,
    message: `is not a variable of the router; did you mean ${meant.join(" or ")}?`,
  }));
}

/** `environment: LISTEN_PROT: is not a variable of the router …` */
export function warningLine({ variable, message }: ConfigurationWarning): string {
  return `environment: ${variable}: ${message}`;
}
