// Where a fake's own API begins in a path that has something before it.

/** The API's own path below whatever base: an SDK's base URL stands for `/v1`. */
export function belowAnyBase(path: string): string {
  const own = path.search(/\/(?:v1|api)\//);
  return own === -1 ? path.replace(/^\/[^/]+\//, "/v1/") : path.slice(own);
}
