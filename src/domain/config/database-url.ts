// The URL of a PostgreSQL database, checked before anything connects to it. It holds a password, so
// no problem repeats it.

const example = "postgres://user:password@db.lan:5432/smolrouter";

/** What libpq calls them (postgresql.org/docs/current/libpq-ssl.html). */
const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/**
 * @returns the URL as it is to be used and, for people, host and database without user and password;
 *   or a problem in words
 */
export function parseDatabaseUrl(
  text: string,
): { readonly url: string; readonly shown: string } | { readonly problem: string } {
  const trimmed = text.trim();
  if (!/^postgres(?:ql)?:\/\//i.test(trimmed))
    return {
      problem: `must begin with postgres://, as ${example}; the log's other store is DB_PATH`,
    };
  const url = /\s/.test(trimmed) ? null : URL.parse(trimmed);
  if (url === null)
    return {
      problem: `is not a valid URL, such as ${example}; in user and password, write @ : / ? # % as %40 %3A %2F %3F %23 %25`,
    };
  if (url.hostname === "") return { problem: `names no host; write it as in ${example}` };
  if (!isDecodable(url.username) || !isDecodable(url.password))
    return { problem: "has a % in user or password that stands for nothing; write it as %25" };
  const database = url.pathname.slice(1);
  if (database === "" || database.includes("/"))
    return { problem: `must name one database, as in ${example}` };
  const mode = url.searchParams.get("sslmode");
  if (mode !== null && !sslModes.includes(mode))
    return { problem: `has an unknown sslmode; must be one of ${sslModes.join(", ")}` };
  const port = url.port === "" ? "" : `:${url.port}`;
  return { url: trimmed, shown: `${url.hostname}${port}/${database}` };
}

/** A line's worth of the URL, without what is secret in it. @param shown host and database */
export function shownUrl(shown: string): string {
  return `postgres://[hidden]@${shown}`;
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
