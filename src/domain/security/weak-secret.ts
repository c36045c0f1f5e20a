// Which secrets are too weak to sign tokens with: short ones, monotonous ones, and those that stand in manuals.

const fewestCharacters = 32;
const fewestDistinct = 8;

/** Words that examples of secrets are made of. A secret of nothing else is somebody's example. */
const placeholderWords = [
  ..."your my the a an this that is it me in to for of and with at least or more be please".split(
    " ",
  ),
  ..."super very really top ultra extra secret secrets secure security strong private".split(" "),
  ..."long random string text value phrase pass password passphrase key keys".split(" "),
  ..."jwt jwts token tokens auth hmac hs256 sha256 sign signing signature".split(" "),
  ..."change changeme replace set use here now before production prod dev development".split(" "),
  ..."test testing example sample default demo placeholder insecure unsafe not do don".split(" "),
  ..."bit bits byte bytes char chars character characters minimum min length generate".split(" "),
  ..."app application server smolrouter router smol web ui webui api admin user foo bar baz".split(
    " ",
  ),
  ..."abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm deadbeef cafebabe".split(" "),
].toSorted((a, b) => b.length - a.length);

/** Secrets that are published as they stand, and are not made of such words alone. */
const published = new Set([
  "a-string-secret-at-least-256-bits-long", // the JWT debugger's
  "a-string-secret-at-least-384-bits-long-unlike-the-others",
  "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
  "your-256-bit-secret-your-256-bit-secret",
]);

/**
 * Why a secret must not sign tokens, in words that do not repeat it; null where it may.
 * The secret is taken as it is, white space included: its UTF-8 bytes are the key.
 */
export function weakSecret(secret: string): string | null {
  const characters = Array.from(secret);
  const wanted = "such as the output of `openssl rand -base64 48`";
  if (secret.trim() === "") return `must not be blank; it must be a random text, ${wanted}`;
  if (characters.length < fewestCharacters)
    return `must have at least ${fewestCharacters} characters (it has ${characters.length}), ${wanted}`;
  if (new Set(characters).size < fewestDistinct)
    return `must have at least ${fewestDistinct} different characters, ${wanted}`;
  if (isSequence(characters))
    return `must not be characters in their usual order; it must be a random text, ${wanted}`;
  if (published.has(secret.trim().toLowerCase()) || isPlaceholder(secret))
    return `must not be an example that others know; it must be a random text, ${wanted}`;
  return null;
}

/** Whether most characters only follow on from the one before, as in 1234567890 and abcdef. */
function isSequence(characters: readonly string[]): boolean {
  let steps = 0;
  for (let at = 1; at < characters.length; at++) {
    const step = (characters[at]?.codePointAt(0) ?? 0) - (characters[at - 1]?.codePointAt(0) ?? 0);
    // -9: from 9 to 0.
    if (Math.abs(step) <= 1 || step === -9) steps++;
  }
  return steps > characters.length * 0.7;
}

/** Whether the secret's letters are words of examples and nothing else; digits and signs between them do not help. */
function isPlaceholder(secret: string): boolean {
  const letters = secret
    .toLowerCase()
    .replace(/hs256|sha256/g, "hmac")
    .replace(/[^a-z]/g, "");
  if (letters.length < secret.length / 2) return false;
  // reached[i]: the first i letters are words.
  const reached = new Uint8Array(letters.length + 1);
  reached[0] = 1;
  for (let at = 0; at < letters.length; at++)
    if (reached[at] === 1)
      for (const word of placeholderWords)
        if (letters.startsWith(word, at)) reached[at + word.length] = 1;
  return reached[letters.length] === 1;
}
