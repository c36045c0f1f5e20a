// Tokens as JSON Web Tokens (RFC 7519), signed and checked by Elysia's plugin. HS256 only.
import { createSecretKey } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { Tokens } from "../../ports/tokens.ts";

/** Named at every check: by itself the plugin takes HS384 and HS512 under the same secret. */
const algorithms = ["HS256"];

/** Longer texts are not a token of this router's: nothing is spent on reading them. */
const longestToken = 8_192;

/** Tokens under a secret; its UTF-8 bytes are the key. */
export function createTokens(secret: string, clock: Pick<Clock, "now">): Tokens {
  const signing = loadSigner(secret);
  return {
    async read(token) {
      if (token.length > longestToken) return { kind: "foreign" };
      const signer = await signing;
      const now = { algorithms, currentDate: new Date(clock.now()) };
      const claims = await signer.verify(token, now);
      if (claims === false) {
        // The plugin does not say why: what is good at some time is this router's, but not now.
        const ever = await signer.verify(token, { ...now, clockTolerance: Number.MAX_VALUE });
        return { kind: ever === false ? "foreign" : "stale" };
      }
      const { sub, exp } = claims;
      return {
        kind: "good",
        user: typeof sub === "string" && sub !== "" ? sub : null,
        expiresAt: exp === undefined ? null : exp * 1_000,
      };
    },
    async sign(user, lifetimeMs) {
      const signer = await signing;
      if (lifetimeMs === null) return signer.sign({ sub: user });
      return signer.sign({ sub: user, exp: Math.floor((clock.now() + lifetimeMs) / 1_000) });
    },
  };
}

/** Only where there is a secret is the plugin held in memory. */
async function loadSigner(secret: string) {
  const { jwt } = await import("@elysiajs/jwt");
  // The decorator and not a request's context: tokens are also made on the command line, and checked
  // before any route is known.
  return jwt({ name: "signer", secret: createSecretKey(secret, "utf8") }).decorator.signer;
}
