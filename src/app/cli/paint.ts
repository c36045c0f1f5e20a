// Colours for people: only on a terminal, and not where NO_COLOR (no-color.org) asks for none.
import { inColour } from "../../adapters/console/terminal.ts";
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

/** Texts in colour for `CommandIo.print`. @param colour false: every text stays as it is */
export function createPaint(colour: boolean | undefined): Paint {
  const inCode = (code: number) => (text: string) =>
    colour === true ? inColour(code, text) : text;
  return { good: inCode(32), bad: inCode(31), strong: inCode(1), faint: inCode(2) };
}
