// The least that a router on this runtime can cost: a bare pass-through, in a process of its own.
const upstream = process.env["DEFAULT_UPSTREAM"] ?? "";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 120,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("host");
    headers.delete("connection");
    const answer = await fetch(upstream + pathname + search, {
      method: request.method,
      headers,
      body: await request.arrayBuffer(),
    });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  },
});
process.stdout.write(`${server.url.origin}\n`);
