// What the command line asks for, as a typed value.
import type { HeaderList } from "../../domain/http/headers.ts";
import type { Shell } from "./help.ts";

export interface ServeCommand {
  readonly kind: "serve";
  readonly port: string | undefined;
  readonly host: string | undefined;
  readonly config: string | undefined;
}

export interface DemoCommand {
  readonly kind: "demo";
  readonly once: boolean;
  readonly port: string | undefined;
}

export interface CheckCommand {
  readonly kind: "check";
  /** In place of ROUTES_CONFIG. */
  readonly file: string | undefined;
  readonly json: boolean;
}

export interface ExplainCommand {
  readonly kind: "explain";
  readonly model: string;
  readonly source: string;
  readonly path: string;
  readonly user: string | null;
  /** Names in lower case. */
  readonly headers: HeaderList;
  readonly config: string | undefined;
  readonly json: boolean;
}

export interface SelftestCommand {
  readonly kind: "selftest";
  readonly config: string | undefined;
  readonly json: boolean;
}

export interface InitCommand {
  readonly kind: "init";
  /** Where to write, in place of ROUTES_CONFIG. */
  readonly config: string | undefined;
  readonly force: boolean;
}

export interface BacktestCommand {
  readonly kind: "backtest";
  /** The candidate. */
  readonly file: string;
  /** How far back, in ms; null: all that is logged. */
  readonly sinceMs: number | null;
  /** The routes file to compare with, in place of ROUTES_CONFIG. */
  readonly config: string | undefined;
  readonly json: boolean;
}

export interface CopyCommand {
  readonly kind: "copy";
  /** A path of an SQLite file, a `postgres://` URL, or `DB_PATH` or `DATABASE_URL` for what these name. */
  readonly from: string;
  readonly to: string;
  /** How far back, in ms; null: all that is logged. */
  readonly sinceMs: number | null;
  /** Folder of the bodies of each, or `s3` for the bucket of the S3 variables; undefined: as the variables say. */
  readonly fromBlobs: string | undefined;
  readonly toBlobs: string | undefined;
}

export interface CompletionCommand {
  readonly kind: "completion";
  readonly shell: Shell;
}

export interface TokenCommand {
  readonly kind: "token";
  readonly sub: string;
  /** null: it does not expire. */
  readonly lifetimeMs: number | null;
}

/** What to do; values of variables' flags are checked with the variables. */
export type Command =
  | ServeCommand
  | DemoCommand
  | CheckCommand
  | ExplainCommand
  | SelftestCommand
  | TokenCommand
  | InitCommand
  | BacktestCommand
  | CopyCommand
  | CompletionCommand
  | { readonly kind: "version" }
  /** Print it on stdout and exit 0. */
  | { readonly kind: "help"; readonly text: string }
  /** Print it on stderr and exit 2. */
  | { readonly kind: "misuse"; readonly text: string };
