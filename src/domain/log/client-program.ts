// A client as its row names it, `name/version` or `name` alone: by which of the two it is sought.

/** The program without its version; null: none is known. */
export function programOf(client: string | null): string | null {
  return client?.split("/", 1)[0] ?? null;
}

/** @param sought `name`, whatever the version, or `name/version` @returns tests clients against it */
export function clientPasses(sought: string): (client: string) => boolean {
  return (client) => client === sought || programOf(client) === sought;
}
