/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A fold whose content is fetched when it is opened; without scripts its link leads there.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";

export interface FetchedFoldProps {
  readonly id: string;
  /** The page whose fragment it holds. */
  readonly href: string;
  readonly words: string;
  /** Fainter, after the words. */
  readonly beside?: string;
  /** What the link says. */
  readonly link: string;
}

export function FetchedFold(props: PropsWithChildren<FetchedFoldProps>): JSX.Element {
  return (
    <details class="fetched" id={props.id} data-fetched>
      <summary>
        <span safe>{props.words}</span>
        {props.beside !== undefined && (
          <>
            {" "}
            <small safe>{props.beside}</small>
          </>
        )}
      </summary>
      <div class="fragment">
        <a href={props.href} safe>
          {props.link}
        </a>
      </div>
    </details>
  );
}

export interface FragmentPageProps {
  readonly frame: PageFrame;
  readonly title: string;
  /** Where it belongs. */
  readonly back: string;
  readonly backWords: string;
}

/** The page of a fragment: what its fold shows, and a way back. */
export function FragmentPage(props: PropsWithChildren<FragmentPageProps>): JSX.Element {
  return (
    <Layout title={props.title} frame={props.frame}>
      <article id="request">
        <nav class="crumbs" aria-label="Back">
          <a href={props.back} safe>
            {`← ${props.backWords}`}
          </a>
        </nav>
        <h1 safe>{props.title}</h1>
        <div id="fragment">{props.children}</div>
      </article>
    </Layout>
  );
}
