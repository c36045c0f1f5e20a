// The one form of a path that the rest of the program sees.

/**
 * One or more slashes count as one, and a trailing one as none; `/` stays. Clients
 * join a base URL and a path with one slash too many, and mean what they would have got without it.
 */
export function plainPath(path: string): string {
  const single = path.includes("//") ? path.replace(/\/{2,}/g, "/") : path;
  return single.length > 1 && single.endsWith("/") ? single.slice(0, -1) : single;
}
