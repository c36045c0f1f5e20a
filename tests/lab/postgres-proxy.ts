// The way to PostgreSQL with its faults: closed, or cut at the worst moment, when the server has
// committed and the client has not heard of it.
import { createServer, connect, type Socket } from "node:net";

export interface PostgresProxy {
  /** The database's URL by way of it. */
  readonly url: string;
  /** Whether it takes connections; those that are open end where it no longer does. */
  open(isOpen: boolean): void;
  /** Asked at each commit; true: its answer is lost, and the connection with it. @param ofLoad of shipments */
  losesAnswer: (ofLoad: boolean) => boolean;
  /** Answers lost. */
  cuts(): number;
  close(): Promise<void>;
}

const commit = Buffer.from("COMMIT\0");
/** Of the one statement that writes a load of shipments, which commits by itself; and what says that it has. */
const loadStatement = Buffer.from("and shipped < ");
const loadWritten = Buffer.from("SELECT 1\0");
const refusal = "E".charCodeAt(0);

export async function startPostgresProxy(url: string): Promise<PostgresProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isOpen = true;
  let cuts = 0;

  const server = createServer((client) => {
    if (!isOpen) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    let losing = false;
    let writesLoad = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
      sockets.delete(client);
    };
    sockets.add(client);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (bytes: Buffer) => {
      if (bytes.indexOf(commit) >= 0 && proxy.losesAnswer(false)) losing = true;
      writesLoad ||= bytes.indexOf(loadStatement) >= 0;
      upstream.write(bytes);
    });
    upstream.on("data", (bytes: Buffer) => {
      const isWritten = writesLoad && bytes.indexOf(loadWritten) >= 0;
      if (isWritten || bytes[0] === refusal) writesLoad = false;
      if (isWritten && proxy.losesAnswer(true)) losing = true;
      if (!losing) {
        client.write(bytes);
        return;
      }
      // It has committed: this says so.
      cuts++;
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
  const own = new URL(url);
  own.port = String(address.port);

  const proxy: PostgresProxy = {
    url: own.toString(),
    losesAnswer: () => false,
    cuts: () => cuts,
    open(next) {
      isOpen = next;
      if (!next) for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
