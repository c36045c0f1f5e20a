// `smolrouter token`: a token for a client, or for signing in at /login.
import { systemClock } from "../../adapters/clock/system-clock.ts";
import { createTokens } from "../../adapters/tokens/jwt-tokens.ts";
import { weakSecret } from "../../domain/security/weak-secret.ts";
import type { TokenCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";

/** Prints the token and nothing else. @returns the exit code: 1 without a JWT_SECRET that may sign */
export async function runToken({ sub, lifetimeMs }: TokenCommand, io: CommandIo): Promise<number> {
  const secret = io.env["JWT_SECRET"] ?? "";
  // The one variable this needs: a broken routes file must not keep anyone from a token.
  const weak = secret === "" ? "must be set to the router's" : weakSecret(secret);
  if (weak !== null) {
    io.complain(`environment: JWT_SECRET=[hidden]: ${weak}`);
    return 1;
  }
  io.print(await createTokens(secret, systemClock).sign(sub, lifetimeMs));
  return 0;
}
