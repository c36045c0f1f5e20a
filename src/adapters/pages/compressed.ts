// Text for a browser, compressed where it takes that: a log's pages are mostly repetition.

/** Below this the headers cost what the body saves. */
const worthIt = 1_400;

/** @param accepts the request's `Accept-Encoding` */
export function textResponse(
  text: string,
  accepts: string | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const vary = { ...headers, vary: "accept-encoding" };
  const gzip = accepts !== null && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/i.test(accepts);
  if (!gzip || text.length < worthIt) return new Response(text, { status, headers: vary });
  const bytes = Bun.gzipSync(new TextEncoder().encode(text), { level: 5 });
  return new Response(bytes, { status, headers: { ...vary, "content-encoding": "gzip" } });
}
