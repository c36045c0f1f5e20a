/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Signing in with a token, and out again: the browser keeps the token in a cookie that no script can read.
import { type AnyElysia, Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { headerValue } from "../../../domain/http/headers.ts";
import { cookieValue, tokenCookie } from "../../../domain/security/credentials.ts";
import { localPath } from "../../../domain/security/paths.ts";
import type { Tokens } from "../../../ports/tokens.ts";
import { LoginPage } from "./login-page.tsx";
import { MessagePage } from "../shared/message-page.tsx";
import { zoneOf } from "../shared/page-response.tsx";
import type { PageFrame, ReadForm } from "../shared/pages-deps.ts";

export interface LoginDeps {
  /** null: there is no JWT_SECRET, and nothing to sign in with. */
  readonly tokens: Tokens | null;
  /** Epoch ms. */
  readonly now: () => number;
  readonly version: string;
  readonly readForm: ReadForm;
}

export interface Login {
  routes(): AnyElysia;
  /** The page a person gets in place of one that needs a token. */
  ask(request: Request, status: number, says: string): Promise<Response>;
}

const noSecret =
  "Signing in needs a token, and this router has no JWT_SECRET to sign and check tokens with.";

export function createLogin({ tokens, now, version, readForm }: LoginDeps): Login {
  const frameOf = (request: Request): PageFrame => ({
    origin: new URL(request.url).origin,
    version,
    now: now(),
    // The page itself is about that.
    account: null,
    // Nor is anybody known yet whom they concern.
    notices: [],
    path: "/",
    list: "/",
    zone: zoneOf(request),
  });

  async function ask(request: Request, status: number, says: string, next = pathOf(request)) {
    const frame = frameOf(request);
    if (tokens === null) {
      const words = [`${says}.`.replace(/\.\.$/, "."), noSecret];
      return html(status, <MessagePage frame={frame} title="Access denied" says={words} />);
    }
    const cookie = cookieValue([...request.headers], tokenCookie);
    const reading = cookie === null ? null : await tokens.read(cookie);
    const user = reading?.kind === "good" ? (reading.user ?? "") : null;
    return html(status, <LoginPage frame={frame} says={says} next={next} user={user} />);
  }

  async function signIn(request: Request): Promise<Response> {
    const form = await readForm(request);
    if (!("fields" in form)) return ask(request, form.status, form.message, "/");
    const next = localPath(form.fields.get("next"));
    const token = form.fields.get("token")?.trim() ?? "";
    const reading = await tokens?.read(token);
    if (reading?.kind !== "good") {
      const says =
        reading?.kind === "stale"
          ? "This token has expired or is not valid yet."
          : "This is not a valid token for this router.";
      return ask(request, 401, says, next);
    }
    const age = reading.expiresAt === null ? null : Math.floor((reading.expiresAt - now()) / 1_000);
    return seeOther(next, cookieOf(request, token, age));
  }

  return {
    ask: (request, status, says) => ask(request, status, says),
    routes: () =>
      new Elysia({ name: "login" })
        .get("/login", ({ request }) => {
          const next = localPath(new URL(request.url).searchParams.get("next"));
          return ask(
            request,
            tokens === null ? 404 : 200,
            tokens === null ? "Signing in is turned off" : "Sign in to see the pages.",
            next,
          );
        })
        .post("/login", ({ request }) => signIn(request), { parse: "none" })
        .post("/logout", ({ request }) => seeOther("/login", cookieOf(request, "", 0)), {
          parse: "none",
        }),
  };
}

/** Where a refused request wanted to go; a browser can go there again only if it was to look. */
function pathOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return request.method === "GET" ? localPath(pathname + search) : "/";
}

/** @param age seconds; null: until the browser is closed */
function cookieOf(request: Request, token: string, age: number | null): string {
  const headers = [...request.headers];
  const secure =
    headerValue(headers, "origin")?.startsWith("https:") === true ||
    headerValue(headers, "x-forwarded-proto") === "https";
  return [
    `${tokenCookie}=${token}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    ...(age === null ? [] : [`Max-Age=${Math.max(0, age)}`]),
    ...(secure ? ["Secure"] : []),
  ].join("; ");
}

function seeOther(location: string, cookie: string): Response {
  return new Response(null, { status: 303, headers: { location, "set-cookie": cookie } });
}

async function html(status: number, content: JSX.Element): Promise<Response> {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="smolrouter"' } : {}),
  };
  return new Response(`<!doctype html>${await content}`, { status, headers });
}
