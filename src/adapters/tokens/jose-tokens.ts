// Tokens as JSON Web Tokens (RFC 7519), signed and checked by jose. HS256 only.
import { createSecretKey } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../ports/clock.ts";
import type { Tokens } from "../../ports/tokens.ts";

const algorithm = "HS256";

/** Longer texts are no token of this router's: nothing is spent on reading them. */
const longestToken = 8_192;

/**
 * Tokens under a secret; its UTF-8 bytes are the key. (jose itself and not @elysiajs/jwt around it:
 * the plugin's check exists inside a request's context only, and takes HS384 and HS512 as well.)
 */
export function createTokens(secret: string, clock: Pick<Clock, "now">): Tokens {
  const key = createSecretKey(secret, "utf8");
  return {
    async read(token) {
      if (token.length > longestToken) return { kind: "foreign" };
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          currentDate: new Date(clock.now()),
        });
        const { sub, exp } = payload;
        return {
          kind: "good",
          user: typeof sub === "string" && sub !== "" ? sub : null,
          expiresAt: exp === undefined ? null : exp * 1_000,
        };
      } catch (error) {
        const stale =
          error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
        return { kind: stale ? "stale" : "foreign" };
      }
    },
    sign(user, lifetimeMs) {
      const now = Math.floor(clock.now() / 1_000);
      const token = new SignJWT({ sub: user })
        .setProtectedHeader({ alg: algorithm, typ: "JWT" })
        .setIssuedAt(now);
      if (lifetimeMs !== null) token.setExpirationTime(now + Math.floor(lifetimeMs / 1_000));
      return token.sign(key);
    },
  };
}
