// Where a bucket is reached: by Amazon's own names, or at an endpoint, the bucket in host or path.
import type { S3Settings } from "../../../domain/config/settings.ts";

/** @returns the bucket's URL, without trailing slash */
export function bucketUrl({ endpoint, bucket, region, pathStyle }: S3Settings): string {
  const base = new URL(endpoint ?? amazonUrl(region));
  if (pathStyle) return `${withoutSlash(base.href)}/${bucket}`;
  // The setter would not take a name that the URL's scheme does not allow.
  return withoutSlash(`${base.protocol}//${bucket}.${base.host}${base.pathname}`);
}

function amazonUrl(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Whether requests to a URL stay on this machine: no proxy could pass them on. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|([^.]+\.)*localhost)$/.test(hostname);
}
