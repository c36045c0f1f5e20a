// A logged request as a curl command that sends it again.
import type { LogDetail } from "../../ports/browse.ts";
import { redacted } from "../../domain/headers.ts";

/** Set by curl, by the connection, or by the client's library about itself. */
const left =
  /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|accept|accept-encoding|accept-language|user-agent|expect|via|forwarded|cookie|x-real-ip|sec-.*|x-forwarded-.*|x-stainless-.*)$/;

/** The command, or why there is none. */
export type CurlCommand =
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "impossible"; readonly why: string };

/**
 * The command for a POSIX shell. Stored headers hold no keys, so `$OPENAI_API_KEY` stands there.
 * @param origin this router's, such as `http://127.0.0.1:1234`
 */
export function curlCommand(detail: LogDetail, origin: string): CurlCommand {
  const body = detail.request_body;
  if (detail.request_body_truncated)
    return { kind: "impossible", why: "The body was stored cut, so it cannot be sent again." };
  if (detail.request_body_encoding === "base64" || body?.includes("\0") === true)
    return { kind: "impossible", why: "The body is binary; a command line cannot carry it." };
  if (body === null && detail.state === "inflight")
    return { kind: "impossible", why: "The body is stored when the call ends." };
  if (body === null && detail.request_size > 0)
    return { kind: "impossible", why: "The body is no longer stored." };

  const lines = [`curl -g ${withKey(origin + detail.path)}`];
  if (detail.method !== "POST" || body === null || body === "")
    lines.push(`-X ${quoted(detail.method)}`);
  for (const [name, value] of detail.request_headers) {
    if (left.test(name)) continue;
    const scheme = name === "authorization" && value === redacted ? "Bearer " : "";
    lines.push(`-H ${withKey(`${name}: ${scheme}${value}`)}`);
  }
  if (body !== null && body !== "") lines.push(`--data-raw ${quoted(body)}`);
  return { kind: "command", text: lines.join(" \\\n  ") };
}

/** One word for the shell, whatever is in it. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As `quoted`, with the key's variable where a key was. */
function withKey(text: string): string {
  return text
    .split(redacted)
    .map((piece) => (piece === "" ? "" : quoted(piece)))
    .join('"$OPENAI_API_KEY"');
}
