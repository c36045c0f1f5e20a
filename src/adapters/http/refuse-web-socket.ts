// For routes that answer by themselves: whoever wants a WebSocket there gets 501, as everywhere.
import { surfaceOf } from "../../domain/security/surface.ts";
import { webSocketProblem } from "../../domain/upgrade.ts";
import { refusal } from "./refusal.ts";
import { headerList, pathAndQuery } from "./request-facts.ts";

/** A hook before handlers; undefined: the handler goes on. */
export function refuseWebSocket({ request }: { readonly request: Request }): Response | undefined {
  if (!request.headers.has("upgrade")) return undefined;
  const { path } = pathAndQuery(request.url);
  const told = webSocketProblem(headerList(request.headers), path);
  return told === null
    ? undefined
    : refusal(surfaceOf(request.method, path, false), 501, told.message);
}
