// What befalls a log's database that people should hear of, beyond one batch that is lost.

export interface Happening {
  readonly kind: HappeningKind;
  /** In words, with paths: for the program's log and for those who may see pages. */
  readonly message: string;
}

/** `search_begun`: it is to be filled again; `search_off`: not even that was possible. */
export type HappeningKind = "moved_aside" | "replaced" | "search_begun" | "search_off";
