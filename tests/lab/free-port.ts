// A port that nothing listens on: for servers that are down.
import { createServer } from "node:net";

/** Finds a free port of the loopback interface; it stays free unless something else takes it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => {
    closed.resolve();
  });
  await closed.promise;
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
