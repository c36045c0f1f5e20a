// An Upstream whose every exchange carries a span of its own in `traceparent`.
import type { Upstream } from "../../ports/upstream.ts";

/** @param next the traceparent to send in place of the one a request has */
export function tracedUpstream(
  upstream: Upstream,
  next: (traceparent: string) => string,
): Upstream {
  return {
    send: (request) =>
      upstream.send({
        ...request,
        headers: request.headers.map(([name, value]) => [
          name,
          name === "traceparent" ? next(value) : value,
        ]),
      }),
  };
}
