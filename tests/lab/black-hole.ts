// An address on this machine that swallows connections: neither accepted nor refused, as a host that is switched off.
import { dlopen, ptr } from "bun:ffi";
import { connect, type Socket } from "node:net";

export interface BlackHole {
  readonly url: string;
  readonly close: () => void;
}

/** Whether this system's kernel can be made to do it. */
export const blackHolesExist = process.platform === "linux";

const familyInet = 2;
const typeStream = 1;

/**
 * A listening socket that never accepts and whose backlog is full: Linux drops what else comes
 * (listen(2), tcp(7): `tcp_abort_on_overflow` is off). Bun and Node always accept, hence the bare calls.
 */
export async function openBlackHole(): Promise<BlackHole> {
  const library = dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
    listen: { args: ["i32", "i32"], returns: "i32" },
    getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
  });
  const { symbols: libc } = library;
  const address = new Uint8Array(16);
  const view = new DataView(address.buffer);
  view.setUint16(0, familyInet, true);
  address.set([127, 0, 0, 1], 4);
  const file = libc.socket(familyInet, typeStream, 0);
  const length = Uint32Array.of(address.length);
  const failed =
    file < 0 ||
    libc.bind(file, ptr(address), address.length) !== 0 ||
    libc.listen(file, 0) !== 0 ||
    libc.getsockname(file, ptr(address), ptr(length)) !== 0;
  if (failed) throw new Error("the socket could not be set up");
  const port = view.getUint16(2);
  // A backlog of 0 still takes one.
  const filler = await connected(port);
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      filler.destroy();
      libc.close(file);
      library.close();
    },
  };
}

async function connected(port: number): Promise<Socket> {
  const done = Promise.withResolvers<void>();
  const socket = connect({ host: "127.0.0.1", port }, done.resolve);
  socket.on("error", done.reject);
  await done.promise;
  return socket;
}
