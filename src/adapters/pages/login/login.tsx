/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Signing in with a token, and out again: the browser keeps the token in a cookie that no script can read.
import { type AnyElysia, Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { headerValue } from "../../../domain/http/headers.ts";
import { cookieValue, tokenCookie } from "../../../domain/security/credentials.ts";
import { isTokenForm, pastedToken } from "../../../domain/security/pasted-token.ts";
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
    threads: "/threads",
    zone: zoneOf(request),
  });

  async function ask(
    request: Request,
    status: number,
    says: string,
    next = pathOf(request),
    failed = false,
  ) {
    const frame = frameOf(request);
    if (tokens === null) {
      const words = [`${says}.`.replace(/\.\.$/, "."), noSecret];
      return html(status, <MessagePage frame={frame} title="Access denied" says={words} />);
    }
    const cookie = cookieValue([...request.headers], tokenCookie);
    const reading = cookie === null ? null : await tokens.read(cookie);
    const user = reading?.kind === "good" ? (reading.user ?? "") : null;
    return html(
      status,
      <LoginPage frame={frame} says={says} next={next} user={user} failed={failed} />,
    );
  }

  async function signIn(request: Request): Promise<Response> {
    const form = await readForm(request);
    if (!("fields" in form)) return ask(request, form.status, form.message, "/");
    const next = localPath(form.fields.get("next"));
    const token = pastedToken(form.fields.get("token") ?? "");
    const reading = await tokens?.read(token);
    if (reading?.kind !== "good")
      return ask(request, 401, whyNot(token, reading?.kind ?? "foreign"), next, true);
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

/** Why a token does not open the pages, and what would. */
function whyNot(token: string, kind: "stale" | "foreign"): string {
  if (token === "") return "Paste a token to sign in.";
  if (!isTokenForm(token))
    return "This is not a whole token: it has three parts with dots between, all on the line that smolrouter token prints.";
  return kind === "stale"
    ? "This token has expired or is not valid yet: make another one with smolrouter token."
    : "This is not a valid token for this router: it was signed with another JWT_SECRET, or some of it is missing.";
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
