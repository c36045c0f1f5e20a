// By what two routers see whether they have the same JWT_SECRET, without telling anyone what it is.
import { scrypt } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify<string, string, number, Buffer>(scrypt);
/** Of 16 million values: two secrets seldom meet, and too little is said to look for one by it. */
const bytes = 3;

/**
 * Takes some 50 ms of another thread, so that nobody tries many.
 * @param salt what only these routers have in common
 */
export async function secretHash(secret: string | null, salt: string): Promise<string> {
  if (secret === null) return "none";
  return (await derive(secret, `smolrouter ${salt}`, bytes)).toString("hex");
}
