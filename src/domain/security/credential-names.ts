// Where a key may stand in a request: the one list by which keys are redacted, and kept from servers that have their own.

interface CredentialName {
  /** Lower case. */
  readonly name: string;
  readonly in: "header" | "query";
  /** Whether it stays behind where the server has a key of its own; all of them are redacted. */
  readonly besideOwnKey: "dropped" | "kept";
  /** Who puts it there, and where that decides, why it is kept. */
  readonly why: string;
}

/** A key for the upstream in a header. */
const header = (name: string, why: string): CredentialName => ({
  name,
  in: "header",
  besideOwnKey: "dropped",
  why,
});

/** A key for the upstream in the query. */
const query = (name: string, why: string): CredentialName => ({
  ...header(name, why),
  in: "query",
});

/** A secret that is not a key for the upstream. */
const other = (name: string, why: string): CredentialName => ({
  ...header(name, why),
  besideOwnKey: "kept",
});

export const credentialNames: readonly CredentialName[] = [
  header("authorization", "OpenAI's clients, and most others"),
  header("x-api-key", "Anthropic's clients"),
  header("api-key", "Azure OpenAI's clients"),
  header("x-goog-api-key", "Google's clients"),
  header("ocp-apim-subscription-key", "Azure API Management"),
  header("cf-aig-authorization", "Cloudflare's AI gateway"),
  header("x-litellm-api-key", "LiteLLM's proxy"),
  header("x-portkey-api-key", "Portkey's gateway"),
  header("helicone-auth", "Helicone's gateway"),
  header("x-auth-token", "servers behind OpenStack-like front doors"),
  header("x-access-token", "servers behind home-made front doors"),
  header("x-amz-security-token", "signed requests to AWS"),
  query("key", "Google's clients"),
  query("api_key", "many self-hosted servers"),
  query("api-key", "Azure's older samples"),
  query("apikey", "many self-hosted servers"),
  query("x-api-key", "a header's name, moved into the query"),
  query("x-goog-api-key", "a header's name, moved into the query"),
  query("subscription-key", "Azure API Management"),
  query("token", "many self-hosted servers"),
  query("access_token", "OAuth 2 (RFC 6750 §2.3)"),
  query("auth_token", "many self-hosted servers"),
  other("cookie", "may hold anybody's session; all but the router's own are the upstream's"),
  other("set-cookie", "an upstream's session, on its way to the client"),
  other("proxy-authorization", "for the proxy in front, and never forwarded"),
  other("x-smolrouter-token", "the router's own token, and never forwarded"),
];

const namesOf = (holds: (row: CredentialName) => boolean): ReadonlySet<string> =>
  new Set(credentialNames.filter(holds).map(({ name }) => name));

const secretHeaders = namesOf((row) => row.in === "header");
const keyHeaders = namesOf((row) => row.in === "header" && row.besideOwnKey === "dropped");
const keyParameters = namesOf((row) => row.in === "query");

/**
 * Whether a header's value is a secret, not to be stored.
 * @param name lower case
 */
export function isSecretHeader(name: string): boolean {
  return secretHeaders.has(name);
}

/**
 * Whether a header holds a key for the upstream.
 * @param name lower case
 */
export function isKeyHeader(name: string): boolean {
  return keyHeaders.has(name);
}

/**
 * Whether a pair of a query holds a key.
 * @param pair as it stands between two `&`
 */
export function isKeyParameter(pair: string): boolean {
  const end = pair.indexOf("=");
  return keyParameters.has(decoded(end < 0 ? pair : pair.slice(0, end)).toLowerCase());
}

/** A name may be written with escapes, and means the same (RFC 3986 §2.4). */
function decoded(name: string): string {
  if (!name.includes("%")) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
