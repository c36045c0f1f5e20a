/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The frame around every page: head, top bar, main.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import { assets } from "./assets.ts";
import type { Frame } from "./pages-deps.ts";

export interface LayoutProps {
  readonly title: string;
  readonly frame: Frame;
  /** Which entry of the navigation this page is. */
  readonly at?: "dashboard";
  /** ms after which the script asks again; none: the page is not live. */
  readonly poll?: number;
  /** Whether a browser without scripts should reload by itself. */
  readonly reload?: boolean;
}

const reloadSeconds = "5";

export function Layout(props: PropsWithChildren<LayoutProps>): JSX.Element {
  const { title, frame, at, poll } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title safe>{`${title} · SmolRouter`}</title>
        <link rel="icon" type="image/svg+xml" href={assets.icon.path} />
        <link rel="stylesheet" href={assets.style.path} />
        <script src={assets.script.path} defer></script>
        {props.reload === true && (
          <noscript>
            <meta http-equiv="refresh" content={reloadSeconds} />
          </noscript>
        )}
      </head>
      <body data-poll={poll === undefined ? undefined : String(poll)}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="bar">
          <a class="brand" href="/">
            <Mark />
            <span>SmolRouter</span>
          </a>
          <nav aria-label="Pages">
            <a href="/" aria-current={at === "dashboard" ? "page" : undefined}>
              Dashboard
            </a>
          </nav>
          <div class="address">
            <span class="lost" id="lost" role="status" hidden>
              Connection lost, trying again
            </span>
            <code id="address" safe>
              {frame.origin}
            </code>
            <CopyButton of="address" label="Copy address" />
          </div>
        </header>
        <main id="main" tabindex="-1">
          {props.children}
        </main>
        <footer>
          <span safe>{`SmolRouter ${frame.version}`}</span>
        </footer>
      </body>
    </html>
  );
}

/** Copies the text of another element; there only where scripts run. */
export function CopyButton(props: CopyButtonProps): JSX.Element {
  const { of, label, said = false } = props;
  return (
    <button type="button" class="copy" data-copy={of} aria-label={label} hidden safe>
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
