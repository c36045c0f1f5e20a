// The router's own tokens: made by `smolrouter token`, shown by clients and browsers.

export type TokenReading =
  | {
      readonly kind: "good";
      /** `sub`; null where the token names nobody. */
      readonly user: string | null;
      /** Epoch ms; null: it does not expire. */
      readonly expiresAt: number | null;
    }
  /** Signed with this router's secret, but not valid now: `exp` or `nbf` say so. */
  | { readonly kind: "stale" }
  /** Not this router's: another algorithm, another secret, or no token at all. */
  | { readonly kind: "foreign" };

export interface Tokens {
  /** Never rejects. The signature is compared in constant time. */
  read(token: string): Promise<TokenReading>;
  /** @param lifetimeMs null: it does not expire */
  sign(user: string, lifetimeMs: number | null): Promise<string>;
}
