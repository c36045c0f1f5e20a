// What Bun's fetch means by the errors it throws.

const reasons: Readonly<Record<string, "refused" | "unresolved">> = {
  ECONNREFUSED: "refused",
  ConnectionRefused: "refused",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
};

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name not found (name server unreachable)",
  ECONNRESET: "connection closed by the upstream",
  EPROTO: "TLS handshake failed; does this port speak https?",
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

/** The error in words without addresses: they go to clients, who need not know the network. */
export function wordsFor(error: unknown): string {
  const code = codeOf(error);
  return words[code] ?? (code === "" ? "connection failed" : `connection failed (${code})`);
}
