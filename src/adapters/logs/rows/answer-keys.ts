// What kept answers and their items are found by, the same in every store: it says whose they are to
// nobody who does not know.
import { CryptoHasher } from "bun";

/** Whose an answer is, without saying who: keys and addresses stand nowhere in the file. */
export function ownerKey(owner: string): string {
  return digest(owner);
}

/** Of an item: one that the same owner has said before is the same. @param owner its key */
export function itemKey(owner: string, text: string): string {
  return digest(`${owner}${text}`);
}

/** 128 bits of it: whose contents collide, and owners with them, is not a matter of chance. */
export function digest(text: string): string {
  return new CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);
}
