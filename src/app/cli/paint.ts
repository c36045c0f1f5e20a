// Colours for people: only on a terminal, and not where NO_COLOR (no-color.org) asks for none.
import type { Environment } from "../../domain/config/substitute.ts";

/** @param terminal whether what is written goes to one */
export function coloursWelcome(env: Environment, terminal: boolean): boolean {
  return terminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** @param colour false: every text stays as it is */
export function createPaint(colour: boolean | undefined): Paint {
  const inCode = (code: number) => (text: string) =>
    colour === true ? `\u001B[${code}m${text}\u001B[0m` : text;
  return { good: inCode(32), bad: inCode(31), strong: inCode(1), faint: inCode(2) };
}
