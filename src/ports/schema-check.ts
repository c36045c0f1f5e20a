// Whether JSON texts are valid against a schema, both written by others: whatever they hold, it takes bounded time.

export interface SchemaCheck {
  /** Never rejects. @param schema as JSON text @param texts that parse as JSON */
  check(this: void, schema: string, texts: readonly string[]): Promise<SchemaVerdict>;
}

export type SchemaVerdict =
  | { readonly kind: "valid" }
  /** @property at which of the texts @property why in words, with the place: "`/items/2/price` must be a number" */
  | { readonly kind: "invalid"; readonly at: number; readonly why: string }
  /** Nobody can say: the schema cannot be used, or the check took too long; `why` in words. */
  | { readonly kind: "unknown"; readonly why: string };
