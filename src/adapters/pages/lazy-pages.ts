// The pages, loaded when somebody asks for them: a start and a command without pages do not wait for them.
import type { AnyElysia } from "elysia";
import type { Login, LoginDeps } from "./login/login.tsx";
import type { PagesDeps } from "./shared/pages-deps.ts";

export interface LoadedPages {
  readonly routes: readonly AnyElysia[];
  /** What a person sees at an address where nothing is, or where nothing can be opened. */
  readonly missing: (request: Request, status: 404 | 405, says: string) => Promise<Response>;
}

export interface LazyPages {
  /** As `Login.ask`. */
  readonly ask: Login["ask"];
  /** The routes of all pages over a log, signing in included. */
  load(shown: PagesDeps): Promise<LoadedPages>;
  /** Loads what pages load by themselves when they need it. */
  loadRest(): Promise<void>;
}

export function createLazyPages(deps: LoginDeps): LazyPages {
  let login: Promise<Login> | null = null;
  const loadLogin = (): Promise<Login> =>
    (login ??= import("./login/login.tsx").then(({ createLogin }) => createLogin(deps)));

  return {
    ask: async (request, status, says) => (await loadLogin()).ask(request, status, says),
    async load(shown) {
      const [{ pages }, { missingPage }, signIn] = await Promise.all([
        import("./pages.ts"),
        import("./shared/missing-page.tsx"),
        loadLogin(),
      ]);
      return { routes: [signIn.routes(), pages(shown)], missing: missingPage(shown) };
    },
    async loadRest() {
      await import("./conversation/markdown.ts");
    },
  };
}
