// An outgoing HTTP proxy: requests in absolute form (RFC 9112 §3.2.2) and tunnels by CONNECT, each noted.
import { connect, createServer, type Socket } from "node:net";

export interface ForwardProxy {
  readonly port: number;
  readonly url: string;
  /** Head of every request to it, the first line first. */
  readonly heads: readonly string[];
  stop(): Promise<void>;
}

/** @param refuse a status line with which every request is refused; none: all are carried out */
export async function startForwardProxy(refuse: string | null = null): Promise<ForwardProxy> {
  const heads: string[] = [];
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => socket.destroy());
    return socket;
  };
  const server = createServer((client) => {
    keep(client).once("data", (first: Buffer) => {
      const text = first.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      heads.push(text.slice(0, end));
      if (refuse !== null) {
        client.end(`HTTP/1.1 ${refuse}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      const [method = "", target = ""] = text.split(" ", 2);
      const url = new URL(method === "CONNECT" ? `http://${target}` : target);
      const upstream = keep(connect(Number(url.port), url.hostname));
      if (method === "CONNECT") client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      else {
        const line = `${method} ${url.pathname}${url.search} HTTP/1.1\r\nConnection: close`;
        upstream.write(line + text.slice(text.indexOf("\r\n")), "latin1");
      }
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    heads,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        for (const socket of open) socket.destroy();
      }),
  };
}
