// A logged request as a curl command that sends it again.
import type { LogDetail } from "../../../ports/browse.ts";
import { redacted } from "../../../domain/http/headers.ts";

/** Set by curl, by the connection, or by the client's library about itself. */
const left =
  /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|accept|accept-encoding|content-encoding|accept-language|user-agent|expect|via|forwarded|cookie|x-real-ip|sec-.*|x-forwarded-.*|x-stainless-.*)$/i;

/** The command, or why there is none. */
export type CurlCommand =
  | {
      readonly kind: "command";
      readonly text: string;
      /** The shell's variables it reads its secrets from. */
      readonly reads: readonly string[];
    }
  | { readonly kind: "impossible"; readonly why: string };

export interface CurlOptions {
  /** This router's, such as `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** Whether calls need a token of this router's (JWT_SECRET). */
  readonly needsToken: boolean;
}

/** The command for a POSIX shell. Stored headers hold no secrets, so variables stand where they were. */
export function curlCommand(detail: LogDetail, options: CurlOptions): CurlCommand {
  const body = detail.request_body;
  if (detail.request_body_truncated)
    return {
      kind: "impossible",
      why: "The stored body was truncated, so it cannot be sent again.",
    };
  if (detail.request_body_encoding === "base64" || body?.includes("\0") === true)
    return { kind: "impossible", why: "The body is binary; a command line cannot carry it." };
  if (body === null && detail.state === "inflight")
    return { kind: "impossible", why: "The body is stored when the call ends." };
  if (body === null && detail.request_size > 0)
    return { kind: "impossible", why: "The body is no longer stored." };

  const key = keyVariable(detail);
  const lines = [`curl -g ${withVariable(options.origin + detail.path, key)}`];
  if (detail.method !== "POST" || body === null || body === "")
    lines.push(`-X ${quoted(detail.method)}`);
  for (const header of headersOf(detail, options)) lines.push(`-H ${header}`);
  if (body !== null && body !== "") lines.push(`--data-raw ${quoted(body)}`);
  const reads = [token, key].filter((name) => lines.some((line) => line.includes(`"$${name}"`)));
  return { kind: "command", text: lines.join(" \\\n  "), reads };
}

const token = "SMOLROUTER_TOKEN";
const tokenHeader = "x-smolrouter-token";

/** By which the services' own tools know a key. */
function keyVariable({ path }: LogDetail): string {
  return /^\/v1\/messages\b/.test(path) ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
}

/** The request's headers, each one word for the shell, with the router's token where it needs one. */
function headersOf(detail: LogDetail, { needsToken }: CurlOptions): readonly string[] {
  const headers = detail.request_headers.filter(([name]) => !left.test(name));
  const shown = new Set(
    headers.filter(([, value]) => value === redacted).map(([name]) => name.toLowerCase()),
  );
  // Where the client put the router's own token: beside an upstream's key, else in its place.
  const place = [tokenHeader, "authorization", "x-api-key"].find((name) => shown.has(name));
  const words = headers.map(([name, value]) => {
    const own = needsToken && name.toLowerCase() === place;
    const scheme = name.toLowerCase() === "authorization" && value === redacted ? "Bearer " : "";
    const isToken = own || name.toLowerCase() === tokenHeader;
    return withVariable(`${name}: ${scheme}${value}`, isToken ? token : keyVariable(detail));
  });
  if (needsToken && place === undefined)
    words.push(withVariable(`Authorization: Bearer ${redacted}`, token));
  return words;
}

/** One word for the shell, whatever is in it. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As `quoted`, with the variable where a secret was. */
function withVariable(text: string, name: string): string {
  return text
    .split(redacted)
    .map((piece) => (piece === "" ? "" : quoted(piece)))
    .join(`"$${name}"`);
}
