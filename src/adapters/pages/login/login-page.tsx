/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Where a person shows a token, or signs out.
import { Html } from "@elysiajs/html";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";

export interface LoginPageProps {
  readonly frame: PageFrame;
  /** What is so, in a sentence. */
  readonly says: string;
  /** Path to go to afterwards. */
  readonly next: string;
  /** Who is signed in; null: nobody. */
  readonly user: string | null;
  /** Whether a token was sent that opens nothing; `says` holds why. */
  readonly failed: boolean;
}

export function LoginPage({ frame, says, next, user, failed }: LoginPageProps): JSX.Element {
  return (
    <Layout title="Sign in" frame={frame}>
      <section class="message">
        <h1>Sign in</h1>
        <p id="says" role={failed ? "alert" : "status"} class={failed ? "refused-token" : ""} safe>
          {says}
        </p>
        <form method="post" action="/login" class="sign-in">
          {/* For password managers: they keep a secret under a name. */}
          <input type="text" name="user" value="smolrouter" autocomplete="username" hidden />
          <input type="hidden" name="next" value={Html.escapeHtml(next)} />
          <p>
            <label for="token">Token, as smolrouter token prints it</label>
          </p>
          <p>
            <input
              id="token"
              name="token"
              type="password"
              autocomplete="current-password"
              spellcheck="false"
              autocapitalize="none"
              autocorrect="off"
              aria-describedby="says"
              aria-invalid={failed ? "true" : "false"}
              required
              autofocus
            />
          </p>
          <p>
            <button type="submit">Sign in</button>
          </p>
        </form>
        {user !== null && (
          <form method="post" action="/logout">
            <p>
              <span safe>
                {user === "" ? "You are signed in." : `You are signed in as ${user}.`}
              </span>{" "}
              <button type="submit">Sign out</button>
            </p>
          </form>
        )}
        {/* A browser that came here from another site has not shown its cookie yet. */}
        <p>
          <a href={Html.escapeHtml(next)}>Already signed in? Go on</a>
        </p>
      </section>
    </Layout>
  );
}
