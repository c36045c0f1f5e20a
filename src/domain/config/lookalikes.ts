// Variables of the environment that nobody reads but that look like one of the program's own: most often a slip.

export interface Lookalike {
  readonly variable: string;
  /** The name that was most likely meant, or all of its family. */
  readonly meant: readonly string[];
}

/** What only this program's variables begin with; a name that goes on otherwise is one that it does not have. */
const families = [
  "LISTEN_",
  "STRIP_",
  "BLOB_STORAGE_",
  "MAX_BLOB_",
  "MAX_BODY_AGE",
  "MAX_LOG_AGE",
  "MAX_TOTAL_STORAGE",
  "FIRST_TOKEN_",
  "TRUSTED_PROX",
  "DEFAULT_UPSTREAM",
  "SSE_KEEPALIVE",
  "ROUTES_CONFIG",
] as const;

/** systemd hands these to the services it starts (sd_listen_fds(3)). */
const others = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

/** The program's name before a variable's, as other programs have it. */
const ownPrefix = "SMOLROUTER_";

/** From this length on two slips are still a slip; in shorter names they make another word. */
const longName = 13;

/**
 * @param names of the variables that are set
 * @param known all that the program, or a later version of it, reads
 */
export function lookalikes(
  names: Iterable<string>,
  known: readonly string[],
): readonly Lookalike[] {
  const found: Lookalike[] = [];
  for (const variable of names) {
    if (known.includes(variable) || others.includes(variable)) continue;
    const meant = meantBy(variable.toUpperCase(), known);
    if (meant.length > 0) found.push({ variable, meant });
  }
  return found;
}

function meantBy(written: string, known: readonly string[]): readonly string[] {
  const bare = written.startsWith(ownPrefix) ? written.slice(ownPrefix.length) : written;
  const nearest = nearestOf(bare, known);
  const slips = bare.length >= longName ? 2 : 1;
  if (nearest !== null && nearest.distance <= slips) return [nearest.name];
  const family = families.find((start) => bare.startsWith(start));
  return family === undefined ? [] : known.filter((name) => name.startsWith(family));
}

function nearestOf(
  written: string,
  known: readonly string[],
): { readonly name: string; readonly distance: number } | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    const distance = slipsBetween(written, name);
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best;
}

/** Letters left out, put in, changed, or swapped with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] ?? Number.POSITIVE_INFINITY) + 1
          : Number.POSITIVE_INFINITY;
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
