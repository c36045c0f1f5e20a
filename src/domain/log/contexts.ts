// How long a prompt the models in memory can read, for the log: a cut prompt shows by nothing else.

/** As servers said last; a model is loaded anew where a call wants another context. */
export interface ServerContexts {
  /** As configured, or `default`. */
  readonly server: string;
  readonly isOllama: boolean;
  /** By `loadedKey` of their names, in tokens: those of which the server says it. */
  readonly models: readonly (readonly [key: string, tokens: number])[];
}
