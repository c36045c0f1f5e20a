// Signed requests to a bucket, one at a time and never twice: whoever asked decides what comes next.
import { AwsV4Signer } from "aws4fetch";
import { CryptoHasher } from "bun";
import type { S3Settings } from "../../../domain/config/settings.ts";
import { bucketUrl, isLoopback } from "./s3-address.ts";
import { failureReaching } from "./s3-failures.ts";

export interface S3Request {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** With the prefix; empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface S3Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface S3Options {
  /** Epoch ms, by which requests are dated. */
  readonly now: () => number;
  /** ms in which a request has to be answered whole. */
  readonly limitMs: number;
}

/** Settles with whatever was answered; rejects with an ObjectStoreFailure where nothing was, or not all of it. */
export type SendToS3 = (request: S3Request) => Promise<S3Response>;

export function createS3Requests(settings: S3Settings, { now, limitMs }: S3Options): SendToS3 {
  const bucket = bucketUrl(settings);
  const { accessKeyId, secretAccessKey, sessionToken, region } = settings;
  const credentials = {
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region,
    ...(sessionToken === null ? {} : { sessionToken }),
    // Of keys derived from the secret, which are good for a day.
    cache: new Map<string, ArrayBuffer>(),
  };
  // Variables that name a proxy hold for other machines, as with every tool for S3; a proxy would look
  // for 127.0.0.1 on a machine of its own, and see what was signed for another.
  const proxy = isLoopback(bucket) ? { proxy: false } : {};

  async function signed({ method, key, query = {}, headers = {}, body }: S3Request) {
    const path = key.split("/").map(encodeURIComponent).join("/");
    // URLSearchParams would make a plus of a space, which S3 takes for a plus.
    const search = Object.entries(query)
      .map((pair) => pair.map(encodeURIComponent).join("="))
      .join("&");
    const { cache, ...own } = credentials;
    // One of a day that is past helps nobody.
    if (cache.size > 2) cache.clear();
    return new AwsV4Signer({
      ...own,
      cache,
      method,
      url: `${bucket}/${path}${search === "" ? "" : `?${search}`}`,
      headers: {
        ...headers,
        // Not the library's UNSIGNED-PAYLOAD: what arrives is what was sent, or is refused.
        "x-amz-content-sha256": new CryptoHasher("sha256").update(body ?? "").digest("hex"),
      },
      datetime: new Date(now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    }).sign();
  }

  return async (request) => {
    const { url, method, headers } = await signed(request);
    // Proxies change it on the way, so it must not be signed.
    headers.set("accept-encoding", "identity");
    const init = {
      method,
      headers,
      body: request.body ?? null,
      // Of a redirected request the signature would be wrong, and another host would see it.
      redirect: "manual",
      signal: AbortSignal.timeout(limitMs),
      ...proxy,
    } as RequestInit;
    try {
      const response = await fetch(url.href, init);
      const { status, headers: answered } = response;
      return { status, headers: answered, body: await response.bytes() };
    } catch (error) {
      throw failureReaching(error, limitMs);
    }
  };
}
