// Which methods a path of the router's own takes, read from the routes themselves: a new route needs no list kept beside it.
import type { AnyElysia } from "elysia";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** As `Allow` names them (RFC 9110 §10.2.1); empty where nothing is served at the path. */
export function knownMethods(app: AnyElysia, path: string): readonly string[] {
  const { static: fixed, http } = app.router;
  const serves = (method: string): boolean =>
    Object.hasOwn(fixed[path] ?? {}, method) || Boolean(http.find(method, path));
  const known = methods.filter((method) => serves(method) || (method === "HEAD" && serves("GET")));
  // Whether anybody is there can be asked where nothing else can.
  return known.length === 1 && known[0] === "HEAD" ? [] : known;
}
