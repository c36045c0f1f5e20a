// Stands before pages and read API: lets a request through or answers 403.
import { Elysia } from "elysia";
import type { WebUiSecurity } from "../../domain/settings.ts";
import { webRefusal } from "../../domain/web-access.ts";
import { headerList } from "./request-facts.ts";

/** A group whose routes are all guarded; the caller adds them. */
export function webGuard(security: WebUiSecurity) {
  return new Elysia({ name: "web" }).onBeforeHandle(({ request }) => {
    const refusal = webRefusal(security, headerList(request.headers));
    return refusal === null ? undefined : Response.json({ error: refusal }, { status: 403 });
  });
}
