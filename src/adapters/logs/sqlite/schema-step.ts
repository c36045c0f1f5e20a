// What a step of the log's schema is.

/** What a step may ask of the database it is about to change. */
export interface SchemaLook {
  /** Of a table; empty where there is none of that name. */
  columns(table: string): ReadonlySet<string>;
  isEmpty(table: string): Promise<boolean>;
}

/** Why a database is not one that this program may change; completes "… cannot be used: ". */
export interface Refused {
  readonly refused: string;
}

export interface SchemaStep {
  /** Databases remember it by this; a published step never changes what it comes to. */
  readonly name: string;
  /**
   * What to run, all of it in one transaction. Earlier versions ran each statement by itself: what
   * one of them left half done is taken back, or finished, here.
   */
  readonly statements: (look: SchemaLook) => Promise<readonly string[] | Refused>;
}
