// One port, one router.
import { describe, expect, test } from "bun:test";
import { connect, createServer, type Server } from "node:net";
import { isFree } from "../../../src/adapters/http/listener-at.ts";
import { choosePort } from "../../../src/app/cli/choose-port.ts";
import { startRouter } from "../../lab/start-router.ts";
import { withRouter } from "../../lab/start-router.ts";

async function listening<Result>(
  host: string,
  run: (port: number, server: Server) => Promise<Result>,
): Promise<Result> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((ready) => server.listen({ host, port: 0 }, ready));
  const address = server.address();
  try {
    return await run(typeof address === "object" ? (address?.port ?? 0) : 0, server);
  } finally {
    await new Promise<unknown>((over) => server.close(over));
  }
}

const hosts = ["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"];

describe.each(hosts)("where something listens on %s", (theirs) => {
  test.each(hosts)("nobody listens on %s, and hears why", (ours) =>
    listening(theirs, async (port) => {
      expect(await choosePort({ host: ours, port }, false)).toMatchObject({
        variable: "LISTEN_PORT",
        shown: String(port),
        message: expect.stringContaining(`something else listens at `),
      });
    }),
  );

  test("the next free port is taken where that will do", () =>
    listening(theirs, async (port) => {
      const chosen = await choosePort({ host: "127.0.0.1", port }, true);
      expect(chosen).toBeNumber();
      expect(Number(chosen)).toBeWithin(port + 1, port + 101);
    }));
});

test("a port that nobody has is the one", async () => {
  const free = await listening("127.0.0.1", async (port) => port);
  expect(await choosePort({ host: "127.0.0.1", port: free }, false)).toBe(free);
  expect(await choosePort({ host: "127.0.0.1", port: 0 }, false)).toBe(0);
});

test("a second router cannot share a port with the first, however it got that far", () =>
  withRouter({}, async (first) => {
    const { port } = new URL(first.url);
    expect(startRouter({ env: { LISTEN_PORT: port } })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  }));

test("a port that an outgoing connection has is not free, though nothing listens there", () =>
  listening("127.0.0.1", async (port) => {
    const socket = connect({ host: "127.0.0.1", port });
    await new Promise((ready) => socket.once("connect", ready));
    expect(await isFree("127.0.0.1", socket.localPort ?? 0)).toBeFalse();
    socket.destroy();
  }));
