// Requests that no sane client sends, in endless supply: the same for the same seed.

export interface OddRequest {
  /** On the wire, in latin1. */
  readonly bytes: string;
  readonly method: string;
  /** Well-formed HTTP that will be answered; otherwise the connection may just end. */
  readonly whole: boolean;
  /** Leaves as soon as it has sent. */
  readonly leaves: boolean;
}

/** mulberry32: small, and good enough to choose with. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const methods = "GET POST PUT PATCH DELETE HEAD OPTIONS".split(" ");
const paths = [
  "/", "/login", "/logout", "/metrics", "/healthz", "/readyz", "/routes", "/upstreams", "/performance",
  "/request/", "/assets/", "/nowhere", "/api", "/api/logs", "/api/stats", "/api/inflight", "/api/upstreams",
  "/api/performance", "/api/chat", "/api/generate", "/api/embed", "/api/tags", "/api/show", "/api/ps",
  "/api/version", "/api/pull", "/api/blobs/sha256:0", "/v1", "/v1/models", "/v1/models/x",
  "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/messages",
  "/v1/audio/transcriptions", "/v1/files", "/v1/x/y/z", "/upstreams/check",
]; // prettier-ignore
const twists = [
  "", "", "", "", "/", "//", "/..", "/%2e%2e/", "/..%2f", "%00", "%zz", "%ff", ";a=b", "?", "?a=b&a=c",
  "?limit=-1", "?before=%00", "?q=%25%27%22", "?__proto__=1", "?key=secret", "/\\", "/'\"><script>", "#x",
  "/".repeat(200), "?x=".padEnd(3_000, "y"), "/api/logs/x", "?since=9999999999999999",
]; // prettier-ignore
const headerLines = [
  "Origin: null", "Origin: https://evil.example", "Origin: http://localhost:3000", "Origin: ", "Origin: x y",
  "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: a,b", "Sec-Fetch-Site: cross-site",
  "X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: ,,,", "X-Forwarded-Host: a, b", "Forwarded: for=x", "Via: 1.1 x",
  "Authorization: Bearer", "Authorization: Bearer a.b.c", "Authorization: Basic eA==", "X-SmolRouter-Token: x",
  "X-SmolRouter-Thinking: keep", "X-SmolRouter-Thinking: nonsense", "X-SmolRouter-: x", "Cookie: smolrouter_token=x; a",
  "Cookie: =;;=", "Content-Type: application/json", "Content-Type: multipart/form-data; boundary=b",
  "Content-Type: multipart/form-data; boundary=", "Content-Type: \xff", "Accept: text/html", "Accept-Encoding: gzip, br",
  "Connection: keep-alive, X-Gone", "X-Gone: 1", "Range: bytes=0-1", "If-None-Match: *", "Expect: 100-continue",
  "traceparent: 00-x-y-z", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "TE: trailers", "X-Long: ".padEnd(4_000, "z"), "User-Agent: \x80\xff", "__proto__: 1", "constructor: 2",
]; // prettier-ignore
const hosts = [
  "localhost",
  "localhost",
  "localhost",
  "127.0.0.1:1",
  "evil.example",
  "[::1]",
  "a..b",
  "x:99999",
];
const bodies = [
  "", "{", "[]", "null", '"x"', "{}", '{"model":null}', '{"model":7}', '{"model":"m"}', '{"model":"m","stream":true}',
  '{"model":"m","messages":[]}', '{"model":"m","messages":[{"role":"user","content":"hi"}]}',
  '{"model":"__proto__"}', '{"model":"a/b"}', '{"model":"m [x]"}', '{"model":"\\r\\nx: y"}', '{"model":"\\ud800"}',
  '{"__proto__":{"model":"x"},"model":"m"}', '{"model":"m","model":"n"}', '{"model":"m","stream":"yes"}',
  '{"model":"m","prompt":"x","stream":false}', '{"model":"m","input":["a","b"]}', "\xff\xfe", "a=b&c=d",
  '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n--b--\r\n', "--b\r\n\r\n--b", `${"[".repeat(3_000)}`,
  `{"model":"m","deep":${"[".repeat(2_000)}${"]".repeat(2_000)}}`, `{"model":"m","pad":"${"p".repeat(100_000)}"}`,
  'token=x&next=//evil', '{"model":"m","options":{"num_ctx":1e999}}', '{"model":"m","messages":"x","tools":{}}',
]; // prettier-ignore
const broken = [
  "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\0\0\0\0", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
  "GET / HTTP/1.1\r\nbad header\r\nHost: a\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "GET /v1/../x HTTP/1.0\r\n\r\n",
  "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
]; // prettier-ignore

/** @returns a function that gives one request after the other */
export function oddRequests(seed: number): () => OddRequest {
  const random = chance(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  return () => {
    if (random() < 0.03) return { bytes: one(broken), method: "GET", whole: false, leaves: true };
    const method = one(methods);
    const lines = [`Host: ${one(hosts)}`];
    while (random() < 0.5) lines.push(one(headerLines));
    const body = method === "GET" || method === "HEAD" ? "" : one(bodies);
    const chunked = body !== "" && random() < 0.2;
    if (chunked) lines.push("Transfer-Encoding: chunked");
    else if (method !== "GET" && method !== "HEAD") lines.push(`Content-Length: ${body.length}`);
    const payload = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
    const target = one(paths) + one(twists);
    const plain = /^[\x21-\x7e]+$/.test(target) && !target.includes("#");
    const bytes = `${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${payload}`;
    const cut = random() < 0.02;
    return {
      bytes: cut ? bytes.slice(0, Math.floor(random() * bytes.length)) : bytes,
      method,
      whole: plain && !cut,
      leaves: cut || random() < 0.02,
    };
  };
}
