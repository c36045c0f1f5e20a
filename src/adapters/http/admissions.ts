// What the gatekeeper found out about a request, for the routes behind it.
import type { Endpoint } from "../../domain/call/endpoint.ts";
import type { HeaderList } from "../../domain/http/headers.ts";
import type { Surface } from "../../domain/security/surface.ts";

export interface Admission {
  readonly method: string;
  /** In its plain form, without the query. */
  readonly path: string;
  /** With its leading `?`, or empty. */
  readonly query: string;
  /** What method and path stand for. */
  readonly endpoint: Endpoint;
  readonly surface: Surface;
  /** As received, but for the text of the router's own token, which is `[redacted]`. */
  readonly headers: HeaderList;
  /** The client's address. */
  readonly sourceIp: string;
  /** Who opened the connection, where that is a trusted proxy. */
  readonly peerIp: string | null;
  /** The `sub` of the token shown; null where none was needed or it names nobody. */
  readonly user: string | null;
}

export interface Admissions {
  admit(request: Request, admission: Admission): void;
  /** Throws for a request that no gatekeeper let in: nothing may be served around it. */
  of(request: Request): Admission;
}

export function createAdmissions(): Admissions {
  const admitted = new WeakMap<Request, Admission>();
  return {
    admit: (request, admission) => void admitted.set(request, admission),
    of(request) {
      const admission = admitted.get(request);
      if (admission === undefined) throw new Error("a request came in around the gatekeeper");
      return admission;
    },
  };
}
