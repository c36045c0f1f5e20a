// What Bun's fetch means by the errors it throws.

const reasons: Readonly<Record<string, "refused" | "unresolved">> = {
  ECONNREFUSED: "refused",
  ConnectionRefused: "refused",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
};

const untrusted = "the certificate is not trusted; a private CA is named by `ca`";

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name not found (name server unreachable)",
  ECONNRESET: "connection closed by the upstream",
  EPROTO: "TLS handshake failed; does this port speak https?",
  CERT_HAS_EXPIRED: "the certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host name",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  ENOENT: "the file of its private CA is gone",
  Malformed_HTTP_Response: "the upstream does not speak HTTP",
  InvalidHTTPResponse: "the upstream's answer is not valid HTTP",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network unreachable",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The connection was lost before an answer: nothing says that the upstream saw the request. */
export function isReset(error: unknown): boolean {
  return codeOf(error) === "ECONNRESET";
}

export function reasonOf(error: unknown): "refused" | "unresolved" | "unreachable" {
  return reasons[codeOf(error)] ?? "unreachable";
}

/** The server showed a certificate that was not taken. */
export function isDistrust(error: unknown): boolean {
  return /CERT|SIGNATURE|EPROTO/.test(codeOf(error));
}

/**
 * The error in words without addresses: they go to clients, who need not know the network.
 * @param proxied whether the other side is an outgoing proxy
 */
export function wordsFor(error: unknown, proxied = false): string {
  const code = codeOf(error);
  if (code === "ERR_PROXY_TUNNEL") {
    const status = /\b\d{3}\b/.exec(error instanceof Error ? error.message : "")?.[0];
    return `the proxy opens no connection to the server${status === undefined ? "" : ` (status ${status})`}`;
  }
  return proxied ? `by way of its proxy: ${plainWords(code)}` : plainWords(code);
}

function plainWords(code: string): string {
  return words[code] ?? (code === "" ? "connection failed" : `connection failed (${code})`);
}
