// AWS Signature Version 4 as a server checks it, written from its description and nothing else: a
// second opinion on the library that signs. See docs.aws.amazon.com, "Signature Calculations for the
// Authorization Header".
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export interface ReceivedRequest {
  readonly method: string;
  /** As it came over the wire: path and query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface KnownKey {
  readonly id: string;
  readonly secret: string;
  /** Must be sent along; null: none may be. */
  readonly sessionToken: string | null;
}

export interface VerifierSettings {
  readonly key: KnownKey;
  readonly region: string;
  /** Epoch ms. */
  readonly now: number;
}

/** An error as S3 answers it. */
export interface S3Error {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Further elements of the document. */
  readonly more?: Readonly<Record<string, string>>;
}

const maxSkewMs = 15 * 60_000;

const refused = (code: string, message: string, status = 403): S3Error => ({
  status,
  code,
  message,
});

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, text: string) =>
  createHmac("sha256", key).update(text).digest();

/** @returns null where the request is signed by the key, for this region, now, with all that it must cover */
export function signatureError(
  request: ReceivedRequest,
  { key, region, now }: VerifierSettings,
): S3Error | null {
  const { headers, body } = request;
  const malformed = (message: string) => refused("AuthorizationHeaderMalformed", message, 400);
  const given = headers.get("authorization");
  if (given === undefined) return refused("AccessDenied", "Access Denied");
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      given,
    );
  if (parts === null) return malformed("the header is not of the form that is asked for");
  const [, keyId = "", day = "", zone = "", service = "", names = "", signature = ""] = parts;
  if (service !== "s3") return malformed(`incorrect service "${service}"`);
  if (keyId !== key.id)
    return refused("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist");
  if (zone !== region)
    return {
      ...malformed(`the region '${zone}' is wrong; expecting '${region}'`),
      more: { Region: region },
    };

  const date = headers.get("x-amz-date") ?? "";
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (at === null) return refused("AccessDenied", "X-Amz-Date is missing or malformed");
  const [year, month, dayOfMonth, ...time] = at.slice(1);
  const sentAt = Date.parse(`${year}-${month}-${dayOfMonth}T${time.join(":")}Z`);
  if (Math.abs(sentAt - now) > maxSkewMs)
    return refused(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  if (!date.startsWith(day)) return malformed("the day is not the one of X-Amz-Date");

  const signed = names.split(";");
  if (signed.join() !== [...new Set(signed)].toSorted().join())
    return malformed("signed headers must be in order, each once");
  const musts = [...headers.keys()].filter((name) => /^(host$|x-amz-|content-md5$)/.test(name));
  const unsigned = [...musts, "host", "x-amz-content-sha256"].find(
    (name) => !signed.includes(name),
  );
  if (unsigned !== undefined)
    return refused("AccessDenied", `There were headers which were not signed: ${unsigned}`);
  const absent = signed.find((name) => !headers.has(name));
  if (absent !== undefined) return malformed(`${absent} is signed and was not sent`);

  const bodyHash = headers.get("x-amz-content-sha256") ?? "";
  if (bodyHash !== sha256(body))
    return refused("XAmzContentSHA256Mismatch", "The hash does not match what was computed", 400);

  const canonical = canonicalRequest(request, signed, bodyHash);
  const scope = `${day}/${region}/s3/aws4_request`;
  const signingKey = [day, region, "s3", "aws4_request"].reduce<string | Uint8Array>(
    hmac,
    `AWS4${key.secret}`,
  );
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const wanted = hmac(signingKey, toSign);
  if (!timingSafeEqual(wanted, Buffer.from(signature, "hex")))
    return refused(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );

  const token = headers.get("x-amz-security-token") ?? null;
  if (token !== key.sessionToken)
    return refused("InvalidToken", "The provided token is malformed or otherwise invalid.", 400);
  return null;
}

function canonicalRequest(
  { method, target, headers }: ReceivedRequest,
  signed: readonly string[],
  bodyHash: string,
): string {
  const [path = "", query = ""] = target.split(/\?(.*)/s);
  return [
    method,
    path.split("/").map(encoded).join("/"),
    query
      .split("&")
      .filter((part) => part !== "")
      .map((part) => {
        const [name = "", value = ""] = part.split(/=(.*)/s);
        return `${encoded(name)}=${encoded(value)}`;
      })
      .toSorted()
      .join("&"),
    ...signed.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signed.join(";"),
    bodyHash,
  ].join("\n");
}

/** Whatever of it was encoded already, and however: as the description asks for it. */
function encoded(text: string): string {
  return encodeURIComponent(decodeURIComponent(text)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
