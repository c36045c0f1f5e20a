// Who may save the routes file: whoever is signed in, or, where nobody can, whoever sits at this machine.
import { cameThroughProxy } from "../../domain/security/web-policy.ts";
import { acceptsName, type AcceptedNames, parseHost } from "../../domain/security/hosts.ts";
import type { Tokens } from "../../ports/tokens.ts";
import type { Admissions } from "./admissions.ts";
import { readToken } from "./read-token.ts";
import { headerList } from "./request-facts.ts";

export interface MayEditDeps {
  /** Whether ROUTES_EDIT allows it at all. */
  readonly allowed: boolean;
  /** null: there are none. */
  readonly tokens: Tokens | null;
  readonly admissions: Pick<Admissions, "of">;
  readonly isThisMachine: (address: string) => boolean;
  readonly acceptedNames: AcceptedNames;
}

export function createMayEdit(deps: MayEditDeps): (request: Request) => Promise<boolean> {
  const { allowed, tokens, admissions, isThisMachine, acceptedNames } = deps;
  return async (request) => {
    if (!allowed) return false;
    const headers = headerList(request.headers);
    if (tokens !== null) return (await readToken(tokens, headers, false)).reading?.kind === "good";
    const { peerIp, sourceIp } = admissions.of(request);
    if (cameThroughProxy(headers) || !isThisMachine(peerIp ?? sourceIp)) return false;
    // A page that took over a name of its own reaches this machine from its own browser.
    const name = parseHost(request.headers.get("host") ?? "")?.name;
    return name !== undefined && acceptsName(name, acceptedNames);
  };
}
