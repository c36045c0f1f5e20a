// Whether a connection was opened on this machine, by whichever of its addresses.
import { networkInterfaces } from "node:os";
import { isLoopback } from "../../domain/security/hosts.ts";
import { plainAddress } from "./request-facts.ts";

/** @param address who opened the connection; an empty one is nobody's */
export function isThisMachine(address: string): boolean {
  if (isLoopback(address)) return true;
  // Asked anew each time: addresses come and go, and few requests come this far.
  return Object.values(networkInterfaces()).some((own) =>
    own?.some((one) => plainAddress(one.address) === address),
  );
}
