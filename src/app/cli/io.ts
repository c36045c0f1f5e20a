// What a command gets from the world and gives back to it.
import type { Environment } from "../../domain/config/substitute.ts";

export interface CommandIo {
  readonly env: Environment;
  /** Whether stderr is a terminal. */
  readonly terminal: boolean;
  /** Whether what is printed may have colours; absent: no. */
  readonly colour?: boolean;
  /** What a person types to start this program, before a command's name; absent: `smolrouter`. */
  readonly startedAs?: string;
  /** One line of the command's result, to stdout. What it holds of other people's text needs no care. */
  print(line: string): void;
  /** One line about the command itself, to stderr. */
  complain(line: string): void;
}
