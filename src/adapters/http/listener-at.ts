// Whether anything accepts connections at the port that the router is about to take.
import { connect, createServer } from "node:net";
import { isLoopback } from "../../domain/security/hosts.ts";

const answersWithinMs = 500;

/** Both may be what `localhost` means to a client, whichever of them the router listens on. */
const loopback = ["127.0.0.1", "::1"];
const everywhere = new Set(["0.0.0.0", "::"]);

/**
 * The address at which something listens already, where clients of the router would find it instead;
 * null: nowhere. Binding alone does not say: some systems let a second program take one address of a
 * port that another has on all, and `localhost` may be either of two addresses.
 */
export async function listenerAt(host: string, port: number): Promise<string | null> {
  const hosts = isLoopback(host) || everywhere.has(host) ? loopback : [host];
  const found = await Promise.all(hosts.map((one) => accepts(one, port)));
  const at = hosts.find((_, index) => found[index] === true);
  if (at === undefined) return null;
  return at.includes(":") ? `[${at}]:${port}` : `${at}:${port}`;
}

/** Whether a port can be taken now: nothing listens there, and no connection to elsewhere goes out from it. */
export async function isFree(host: string, port: number): Promise<boolean> {
  return (await listenerAt(host, port)) === null && (await binds(host, port));
}

function binds(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  const settle = (accepted: boolean) => {
    socket.destroy();
    resolve(accepted);
  };
  socket.setTimeout(answersWithinMs, () => settle(false));
  socket.once("connect", () => settle(true));
  socket.once("error", () => settle(false));
  return promise;
}
