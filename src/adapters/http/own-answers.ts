// What routes that answer by themselves refuse first, as the relay does for calls.
import type { Via } from "../../domain/http/via.ts";
import { webSocketProblem } from "../../domain/http/upgrade.ts";
import type { Admissions } from "./admissions.ts";
import { refusal } from "./refusal.ts";
import { headerList } from "./request-facts.ts";

/**
 * A hook before handlers; undefined: the handler goes on. Whoever wants a WebSocket gets 501, and
 * the router itself 508: one of its servers is an address of its own.
 */
export function refuseFirst(via: Pick<Via, "isLoop">, admissions: Pick<Admissions, "of">) {
  return ({ request }: { readonly request: Request }): Response | undefined => {
    const { headers, url } = request;
    const loops = via.isLoop(headers.get("via"));
    if (!loops && !headers.has("upgrade")) return undefined;
    const admission = admissions.of(request);
    if (loops) {
      const message = `the upstream ${new URL(url).origin} leads back to this router; correct its address`;
      return refusal(admission, 508, message);
    }
    const why = webSocketProblem(headerList(headers), admission.endpoint);
    return why === null ? undefined : refusal(admission, 501, why.message);
  };
}
