// The driving port of calls that were turned away before they were routed: they leave no row.

export interface RefusedCall {
  /** Epoch ms. */
  readonly at: number;
  readonly status: number;
  /** The client's. */
  readonly address: string;
  /** In the words that the client got. */
  readonly reason: string;
}

export interface RefusedCalls {
  /** Since start. */
  readonly count: number;
  /** null: none was. */
  readonly last: RefusedCall | null;
}
