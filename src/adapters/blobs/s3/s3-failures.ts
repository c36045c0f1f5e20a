// What an error response from S3 means: whether waiting helps, and else what has to be
// changed. Words are for the router's log, its pages and `check`; no secret stands in them.
import { type ObjectFailureKind, ObjectStoreFailure } from "../../../ports/object-store.ts";
import { visibleText } from "../../../domain/bytes/visible-text.ts";
import { xmlTexts } from "./s3-xml.ts";

/** The head of an answer, and the beginning of its body. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Meaning {
  readonly kind: ObjectFailureKind;
  readonly variable: string | null;
  readonly words: string;
}

const refused = (variable: string | null, words: string): Meaning => ({
  kind: "refused",
  variable,
  words,
});
const passing = (words: string, variable: string | null = null): Meaning => ({
  kind: "passing",
  variable,
  words,
});

const spentToken = refused(
  "AWS_SESSION_TOKEN",
  "the session token is not valid, or no longer; set a new one, with the key and secret that belong to it",
);
const badName = refused("S3_BUCKET", "the bucket's name is not one that S3 allows");
const full = passing("the store has no room left");

/** By S3's own codes: docs.aws.amazon.com, "Error responses"; and MinIO's for a full disk. */
const byCode: Readonly<Record<string, Meaning>> = {
  InvalidAccessKeyId: refused("AWS_ACCESS_KEY_ID", "the access key is not known there"),
  SignatureDoesNotMatch: refused(
    "AWS_SECRET_ACCESS_KEY",
    "the secret does not fit the access key; copy both anew",
  ),
  ExpiredToken: spentToken,
  InvalidToken: spentToken,
  TokenRefreshRequired: spentToken,
  AccessDenied: refused(
    "AWS_ACCESS_KEY_ID",
    "the access key lacks rights on the bucket; it needs s3:PutObject, s3:GetObject and s3:DeleteObject on its objects, and s3:ListBucket",
  ),
  NoSuchBucket: refused(
    "S3_BUCKET",
    "the bucket does not exist; create it, or set S3_BUCKET to one that does",
  ),
  InvalidBucketName: badName,
  InvalidBucketState: refused("S3_BUCKET", "the bucket is in a state that does not take objects"),
  QuotaExceeded: full,
  XMinioStorageFull: full,
  XMinioAdminBucketQuotaExceeded: full,
  RequestTimeout: passing("the request did not arrive in time"),
  TemporaryRedirect: passing("the bucket is being moved"),
};

/**
 * @param now epoch ms, when the answer came
 * @returns what is to be thrown in place of the answer
 */
export function failureOf(answer: S3Answer, now: number): ObjectStoreFailure {
  const { status } = answer;
  const code = xmlTexts(answer.text, "Code")[0] ?? null;
  const { kind, variable, words } = meaningOf(answer, code, now);
  const name = code === null || !/^\w{1,60}$/.test(code) ? "" : ` ${code}`;
  return new ObjectStoreFailure(kind, `${words} (S3 answered ${status}${name})`, variable);
}

function meaningOf(answer: S3Answer, code: string | null, now: number): Meaning {
  const { status, headers, text } = answer;
  const known = code === null ? undefined : byCode[code];
  if (known !== undefined) return known;
  if (code === "RequestTimeTooSkewed") return refused(null, skewWords(headers, now));
  const region = xmlTexts(text, "Region")[0] ?? headers.get("x-amz-bucket-region");
  const isElsewhere = status === 301 || code === "AuthorizationHeaderMalformed";
  if (isElsewhere && region !== null && /^[\w-]{1,40}$/.test(region))
    return refused("S3_REGION", `the bucket is in another region; set it to ${region}`);
  if (code === "PermanentRedirect" || code === "AuthorizationHeaderMalformed")
    return refused("S3_REGION", "the bucket is in another region");
  if (status >= 500 || status === 429 || status === 408)
    return passing(
      code === null
        ? "an answer that is not S3's own, as of a proxy before it"
        : "the store is overloaded or has a fault",
      code === null ? "S3_ENDPOINT" : null,
    );
  if (status >= 300 && status < 400) return refused("S3_ENDPOINT", redirectWords(headers));
  if (code === null)
    return refused("S3_ENDPOINT", "what answers there does not speak S3; is it the right URL?");
  if (status === 403) return { ...(byCode["AccessDenied"] ?? badName) };
  const said = xmlTexts(text, "Message")[0] ?? "no reason given";
  return refused(null, `S3 takes no such request: ${visibleText(said).slice(0, 200)}`);
}

/** Which clock is wrong cannot be known here; mostly it is not the store's. */
function skewWords(headers: Headers, now: number): string {
  const theirs = Date.parse(headers.get("date") ?? "");
  const minutes = Math.round(Math.abs(theirs - now) / 60_000);
  const by = Number.isNaN(minutes) ? "more than 15 minutes" : `${minutes} minutes`;
  return `this machine's clock and the store's differ by ${by}; set this one, as by NTP`;
}

function redirectWords(headers: Headers): string {
  const target = URL.parse(headers.get("location") ?? "");
  const to = target === null ? "elsewhere" : `to ${target.origin}`;
  return `what answers there only leads ${to}; set the URL where S3 itself is`;
}

/** What answered with a success that S3 would not give. */
export function notS3(): ObjectStoreFailure {
  return new ObjectStoreFailure(
    "refused",
    "what answers there does not speak S3; is it the right URL?",
    "S3_ENDPOINT",
  );
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name not found (name server unreachable)",
  ECONNRESET: "connection closed before the answer was whole",
  EPROTO: "TLS handshake failed; does this port speak https?",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network unreachable",
  Malformed_HTTP_Response: "what listens there does not speak HTTP",
  InvalidHTTPResponse: "what listens there does not speak HTTP",
};

/** @param error what fetch rejected with, or reading the answer's body */
export function failureReaching(error: unknown, limitMs: number): ObjectStoreFailure {
  const where = "S3_ENDPOINT";
  if (error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError"))
    return new ObjectStoreFailure("passing", `no whole answer within ${limitMs / 1_000} s`, where);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|SIGNATURE/.test(code))
    return new ObjectStoreFailure(
      "refused",
      `the certificate is not trusted (${code}); a private CA is named by NODE_EXTRA_CA_CERTS`,
      where,
    );
  const words = unreachable[code] ?? `connection failed${code === "" ? "" : ` (${code})`}`;
  return new ObjectStoreFailure("passing", words, where);
}
