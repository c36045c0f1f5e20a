// Sends odd requests over kept connections and keeps count of what comes back.
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import type { OddRequest } from "./odd-requests.ts";
import { readResponse } from "./read-response.ts";

export interface OddTally {
  sent: number;
  /** Answers by status; 0: the connection ended without one. */
  readonly statuses: Map<number, number>;
  /** Requests that were answered with a 5xx, or not at all within the time. */
  readonly bad: string[];
}

const patienceMs = 60_000;

/** Sends `count` requests, `width` at once. */
export async function sendOdd(
  port: number,
  next: () => OddRequest,
  count: number,
  width: number,
): Promise<OddTally> {
  const tally: OddTally = { sent: 0, statuses: new Map(), bad: [] };
  let left = count;
  await Promise.all(
    Array.from({ length: width }, async () => {
      let socket: Socket | null = null;
      while (left-- > 0) {
        const request = next();
        if (!request.whole) socket?.destroy();
        if (socket === null || socket.destroyed) socket = await open(port);
        const status = await exchange(socket, request);
        tally.sent++;
        if (status !== null) tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
        if (status === -1 || (status !== null && status >= 500 && status !== 501))
          tally.bad.push(`${status}: ${request.bytes.slice(0, 600)}`);
        if (request.leaves || !request.whole) {
          socket.destroy();
          socket = null;
        }
      }
      socket?.destroy();
    }),
  );
  return tally;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
      socket.off("error", reject).on("error", () => undefined);
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

/** The answer's status; 0: none, the connection ended; -1: nothing within the time; null: nobody waited. */
function exchange(socket: Socket, { bytes, method, leaves }: OddRequest): Promise<number | null> {
  return new Promise((resolve) => {
    let got: Buffer = Buffer.alloc(0);
    const done = (status: number | null): void => {
      clearTimeout(timer);
      socket.off("data", data).off("close", closed).off("error", closed);
      resolve(status);
    };
    const data = (chunk: Buffer | string): void => {
      got = Buffer.concat([got, Buffer.from(chunk)]);
      // Any number of interim answers may come first (RFC 9110 §15.2).
      for (;;) {
        const interim = /^HTTP\/1\.1 1\d\d .*?\r\n\r\n/s.exec(got.toString("latin1"))?.[0];
        if (interim === undefined) break;
        got = got.subarray(interim.length);
      }
      const response = readResponse(got, method);
      // An event stream does not end: its head is the answer.
      const endless = response.headers.some(([, value]) => value.startsWith("text/event-stream"));
      if (response.status > 0 && endless) socket.destroy();
      if (response.end === "whole" || (response.status > 0 && endless)) done(response.status);
    };
    const closed = (): void => done(got.length === 0 ? 0 : readResponse(got, method).status);
    const timer = setTimeout(() => {
      socket.destroy();
      done(-1);
    }, patienceMs);
    socket.on("data", data).on("close", closed).on("error", closed);
    socket.write(Buffer.from(bytes, "latin1"), () => {
      if (leaves) done(null);
    });
  });
}
