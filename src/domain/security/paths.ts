// Where a path may lead: an upstream's, once somebody decodes it, and a person's, after signing in.

/**
 * Whether a path would lead out of its folder. Dot segments in plain sight are resolved before
 * routing; hidden ones (`..%2f`, `%2e%2e%5c`, doubly encoded) would be resolved by an upstream,
 * beyond the paths that the router means to forward.
 */
export function climbs(path: string): boolean {
  if (!path.includes("%") && !path.includes("..")) return false;
  let decoded = path;
  for (let layer = 0; layer < 3 && decoded.includes("%"); layer++)
    decoded = decoded
      .replace(/%2e/gi, ".")
      .replace(/%2f/gi, "/")
      .replace(/%5c/gi, "\\")
      .replace(/%25/gi, "%");
  return decoded.split(/[/\\]/).includes("..");
}

/** The path where it stays here, else `/`. Browsers read `//host` and `/\host` as other sites. */
export function localPath(text: string | null): string {
  return text !== null && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) ? text : "/";
}
