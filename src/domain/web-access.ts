// Who may see pages and the read API (SPEC section 11).
import type { HeaderList } from "./headers.ts";
import type { WebUiSecurity } from "./settings.ts";

const proxyHeaders = new Set(["forwarded", "x-real-ip", "cf-connecting-ip", "via"]);

/** Whether a request shows that it came through a proxy. */
function cameThroughProxy(headers: HeaderList): boolean {
  return headers.some(([name]) => proxyHeaders.has(name) || name.startsWith("x-forwarded-"));
}

/** Why the request may not see pages and read API; null where it may. */
export function webRefusal(security: WebUiSecurity, headers: HeaderList): string | null {
  switch (security) {
    case "NONE":
      return null;
    case "AUTH_WHEN_PROXIED":
      return cameThroughProxy(headers)
        ? "requests that came through a proxy may not see this; WEBUI_SECURITY=NONE would allow it"
        : null;
    case "ALWAYS_AUTH":
      return "a token is needed to see this";
  }
}
