// The routes file as a text that people change: the driving port of who does so, and the driven one of where it lies.
import type { RoutesSpec } from "../domain/config/parse-routes.ts";
import type { BacktestReport } from "../domain/routing/backtest.ts";

/** One mistake of a routes file. */
export interface RoutesProblem {
  /** Both counted from 1; null: it concerns the file as a whole. */
  readonly at: { readonly line: number; readonly column: number } | null;
  /** Never a secret. */
  readonly message: string;
}

/** The file as somebody is shown it. */
export interface OpenedRoutes {
  /** Empty where there is no file yet; null: it cannot be shown, and `why` says why. */
  readonly text: string | null;
  readonly why: string | null;
  /** Stands for the bytes on disk; null for those who may not save. */
  readonly hash: string | null;
  /** Whether keys were taken out of the text. */
  readonly isRedacted: boolean;
}

/** What a text would change for calls of the last day. */
export interface DayTested extends BacktestReport {
  /** Whether there were more calls than are tested: these are the newest. */
  readonly isCut: boolean;
}

export type TriedRoutes =
  | { readonly kind: "problems"; readonly problems: readonly RoutesProblem[] }
  /** `tested` is null where the log cannot be read. */
  | { readonly kind: "valid"; readonly tested: DayTested | null };

export type SavedRoutes =
  | { readonly kind: "problems"; readonly problems: readonly RoutesProblem[] }
  /** `stamp` stands in the name of the copy of what was there before; null: nothing was. */
  | { readonly kind: "saved"; readonly stamp: string | null }
  /** The file is not the one that was opened. */
  | { readonly kind: "changed" }
  /** In words. */
  | { readonly kind: "failed"; readonly why: string };

/** @see OpenedRoutes; `mayEdit` is whether whoever asks may see keys and save */
export interface RoutesEdit {
  open(mayEdit: boolean): Promise<OpenedRoutes>;
  /** Checks a text and decides the last day's calls by it; calls nobody. */
  try(text: string, mayEdit: boolean): Promise<TriedRoutes>;
  /**
   * Puts a valid text in the file's place, and in force.
   * @param hash of the file as it was opened
   */
  save(text: string, hash: string): Promise<SavedRoutes>;
}

/** What lies on disk. */
export type RoutesOnDisk =
  | { readonly kind: "text"; readonly text: string; readonly hash: string }
  | { readonly kind: "none"; readonly hash: string }
  | { readonly kind: "unreadable"; readonly why: string };

export interface RoutesFile {
  /** Never rejects. */
  look(): Promise<RoutesOnDisk>;
  /**
   * Parses a text as if it were the file's.
   * @param onDisk what the file says, for a text by somebody who may not edit: only where `${VAR}` stands as
   * it does there has it its value, and no other file is looked at; null: the text is trusted
   */
  parse(
    text: string,
    onDisk: string | null,
  ): { readonly routes: RoutesSpec } | { readonly problems: readonly RoutesProblem[] };
  /** The text without keys that are written into it; null: it is not understood, so no key in it is found. */
  withoutKeys(text: string): string | null;
  /**
   * Replaces the file in one step, by whatever symbolic link it is reached, and keeps its rights.
   * @param stamp for the name of the copy of what is there
   * @returns whether there was something to copy; rejects, in words, where it cannot be done
   */
  replace(text: string, stamp: string): Promise<boolean>;
}
