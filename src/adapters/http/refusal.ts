// A refusal that leaves no row, in the form of the surface it was met on.
import type { Endpoint } from "../../domain/call/endpoint.ts";
import { errorBody } from "../../domain/protocols/errors.ts";
import { problem, type ProblemKind } from "../../domain/http/problem.ts";
import type { Surface } from "../../domain/security/surface.ts";

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 426 | 500 | 501 | 508;

/** A request that was turned away and leaves no row. */
export interface TurnedAway {
  readonly status: number;
  readonly surface: Surface;
  /** The client's address. */
  readonly address: string;
  /** Why, in the words that the client got. */
  readonly reason: string;
}

const kinds: Readonly<Record<RefusalStatus, ProblemKind>> = {
  400: "invalid_header",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  426: "upgrade_required",
  500: "internal_error",
  501: "upgrade_unsupported",
  508: "routing_loop",
};

/** Where a request was met, and what its path belongs to. */
export interface RefusalPlace {
  readonly surface: Surface;
  readonly endpoint: Pick<Endpoint, "protocol">;
}

/** `/v1` answers in the form of the path's protocol, everything else with `{"error":"…"}`. */
export function refusal(
  { surface, endpoint }: RefusalPlace,
  status: RefusalStatus,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const form = surface === "openai" ? endpoint.protocol : "ollama";
  return new Response(errorBody(form, problem(kinds[status], message), { status }), {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      // Which scheme would do (RFC 9110 §11.6.1).
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="smolrouter"' } : {}),
      ...headers,
    },
  });
}

/** Where nothing is known of a request but that it came. */
export const nowhere: RefusalPlace = { surface: "page", endpoint: { protocol: "ollama" } };
