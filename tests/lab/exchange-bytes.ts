// Sends exactly these bytes on a connection of its own, as some client was seen to send them.
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { readResponse, type WireResponse } from "./read-response.ts";

export interface BytesExchange {
  readonly response: WireResponse;
  /** Everything that came, head and framing included. */
  readonly text: string;
}

/** Resolves once the response is whole, or the server has closed the connection. */
export function exchangeBytes(url: string, bytes: string): Promise<BytesExchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let got: Buffer = Buffer.alloc(0);
    const done = (): void => {
      resolve({ response: readResponse(got, bytes.split(" ")[0]), text: got.toString() });
      socket.destroy();
    };
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.on("data", (chunk) => {
      got = Buffer.concat([got, Buffer.from(chunk)]);
      if (readResponse(got, bytes.split(" ")[0]).end === "whole") done();
    });
    socket.on("close", done);
    socket.on("error", reject);
  });
}
