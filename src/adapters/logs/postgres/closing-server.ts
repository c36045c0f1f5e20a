// Whether a server closes what it accepts, as a proxy does whose database is gone. The driver tries again
// for as long as a connection may take, and reports nothing before.
import { connect } from "node:net";

export interface ServerAddress {
  readonly hostname?: string | undefined;
  readonly port?: number | string | undefined;
  /** Of a socket in the file system. */
  readonly path?: string | undefined;
}

/** Most connections are there by then. */
const patienceMs = 300;
/** SSLRequest: a server of PostgreSQL answers it with one byte, whoever asks, and writes nothing to its log. */
const question = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Tries a connection of its own after a moment.
 * @param closes called once, where the server closes it without a word
 * @returns stops trying
 */
export function watchForClosing(
  { hostname = "localhost", port = 5432, path }: ServerAddress,
  closes: () => void,
): () => void {
  let stop = () => {};
  const timer = setTimeout(() => {
    const host = hostname.replaceAll(/^\[|\]$/g, "");
    const socket = connect(path === undefined ? { host, port: Number(port) } : { path });
    let accepted = false;
    socket.on("connect", () => {
      accepted = true;
      socket.write(question);
    });
    socket.on("data", () => {
      stop();
    });
    socket.on("error", () => undefined); // the driver says what is wrong
    socket.on("close", () => {
      if (!accepted) return;
      stop();
      closes();
    });
    stop = () => {
      accepted = false;
      socket.destroy();
    };
  }, patienceMs);
  return () => {
    clearTimeout(timer);
    stop();
  };
}
