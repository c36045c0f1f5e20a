/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The frame around every page: head, top bar, main.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import { assets } from "./assets.ts";
import { KeysHelp } from "./keys-help.tsx";
import { NoticeBanner } from "./notice-banner.tsx";
import type { PageFrame } from "./pages-deps.ts";

export interface HeadProps {
  readonly title: string;
  /** Whether something is wrong: a tab in the background says so, too. */
  readonly isMarked?: boolean;
  /** Addresses of scripts that this page needs beyond what all do. */
  readonly scripts?: readonly string[];
  /** Whether a browser without scripts should reload by itself. */
  readonly reload?: boolean;
}

export interface LayoutProps extends HeadProps {
  readonly frame: PageFrame;
  /** Which entry of the navigation this page is. */
  readonly at?: keyof typeof entries;
  /** ms after which the script asks again; none: the page is not live. */
  readonly poll?: number;
  /** Whether calls that begin or end ask for the page anew. */
  readonly events?: boolean;
  /** Addresses of scripts that draw into the page once it has been painted, in their order. */
  readonly draws?: readonly string[];
}

const reloadSeconds = "5";

const entries = {
  dashboard: ["/", "Dashboard"],
  threads: ["/threads", "Threads"],
  performance: ["/performance", "Performance"],
  upstreams: ["/upstreams", "Upstreams"],
  try: ["/try", "Try"],
  routes: ["/routes", "Routes"],
} as const;

function Head(props: HeadProps): JSX.Element {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title safe>{`${props.isMarked === true ? "⚠ " : ""}${props.title} · SmolRouter`}</title>
      {/* First, and waited for: it sees to times before they are seen. */}
      <script src={assets.times.path}></script>
      <link rel="icon" type="image/svg+xml" href={assets.icon.path} />
      <link rel="stylesheet" href={assets.style.path} />
      <script type="module" src={assets.script.path}></script>
      {(props.scripts ?? []).map((path) => (
        <script defer src={path}></script>
      ))}
      {props.reload === true && (
        <noscript>
          <meta http-equiv="refresh" content={reloadSeconds} />
        </noscript>
      )}
    </head>
  );
}

export function Layout(props: PropsWithChildren<LayoutProps>): JSX.Element {
  const { frame, at, poll } = props;
  return (
    <html lang="en">
      <Head {...props} isMarked={frame.notices.length > 0} />
      <body
        data-poll={poll === undefined ? undefined : String(poll)}
        data-events={props.events === true ? "/api/events" : undefined}
        data-draws={props.draws?.join(" ")}
        data-worker={props.events === true ? assets.shared.path : undefined}
        data-now={poll === undefined ? undefined : String(frame.now)}
      >
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="bar">
          <a class="brand" href="/" aria-label="SmolRouter">
            <Mark />
            <span>SmolRouter</span>
          </a>
          <nav aria-label="Pages">
            {Object.entries(entries).map(([name, [href, words]]) => (
              <a href={href} aria-current={at === name ? "page" : undefined}>
                {words}
              </a>
            ))}
          </nav>
          <div class="address">
            <span class="lost" id="lost" role="status" hidden>
              Connection lost, retrying
            </span>
            {frame.account !== null && (
              <a
                class="lost"
                id="signed-out"
                href={`/login?next=${encodeURIComponent(frame.path)}`}
                hidden
              >
                Signed out: sign in again
              </a>
            )}
            <code id="address" safe>
              {frame.origin}
            </code>
            <CopyButton of="address" label="Copy address" />
            <Account account={frame.account} />
          </div>
        </header>
        <main id="main" tabindex="-1">
          <NoticeBanner {...frame} />
          {props.children}
        </main>
        <footer>
          <span safe>{`SmolRouter ${frame.version}`}</span>
          <button type="button" id="keys-open" class="plain">
            Keyboard shortcuts
          </button>
        </footer>
        <KeysHelp />
      </body>
    </html>
  );
}

function Account({ account }: Pick<PageFrame, "account">): JSX.Element {
  if (account === null) return "";
  if (account !== "signed-in")
    return (
      <a class="account" href={account.signIn}>
        Sign in
      </a>
    );
  return (
    <form class="account" method="post" action="/logout">
      <button type="submit" class="plain">
        Sign out
      </button>
    </form>
  );
}

/** Copies the text of another element; there only where scripts run. */
export function CopyButton(props: CopyButtonProps): JSX.Element {
  const { of, label, said = false } = props;
  return (
    <button type="button" class="copy" data-copy={of} aria-label={label} safe>
      {said ? label : "Copy"}
    </button>
  );
}

interface CopyButtonProps {
  /** The other element's id. */
  readonly of: string;
  readonly label: string;
  /** Whether the label is written on the button; else it says "Copy". */
  readonly said?: boolean;
}

function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <rect width="24" height="24" rx="6" />
      <path d="M5.5 12h3c4 0 3.5-5 7.5-5h2M8.5 12c4 0 3.5 5 7.5 5h2" />
    </svg>
  );
}
