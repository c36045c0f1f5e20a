/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The list of threads: which conversations and agent sessions there were, and what each came to.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { ThreadPage } from "../../../ports/threads.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { UnreadLine } from "../shared/unread-line.tsx";
import { ThreadLine } from "./thread-line.tsx";
import { ThreadsFilter } from "./threads-filter.tsx";
import { threadsHref, type ThreadsQuery } from "./threads-query.ts";

export interface ThreadsPageProps {
  readonly frame: PageFrame;
  readonly query: ThreadsQuery;
}

/** Calls announce themselves; what is left is the age of what is shown. */
const pollMs = 10_000;

/** What needs nothing of the log, around what was found there. */
export function ThreadsPage(props: PropsWithChildren<ThreadsPageProps>): JSX.Element {
  const { frame, query } = props;
  return (
    <Layout title="Threads" frame={frame} at="threads" poll={pollMs} events>
      <h1 class="hidden">Threads</h1>
      <UnreadLine query={query} />
      <ThreadsFilter query={query} />
      {props.children}
    </Layout>
  );
}

const heads = ["Title", "Who", "Models"] as const;
const numbers = ["Calls", "Errors", "Tokens", "Cost", "Span", "Last call"] as const;

export interface ThreadsProps extends ThreadsPageProps {
  readonly page: ThreadPage;
  /** The page is opened, not renewed: what is out of sight may follow a moment later. */
  readonly opening: boolean;
}

/** As many as most windows show. */
const inSight = 24;

// Rows are grids, and browsers take elements for what they look like: the roles say what they are.
export function Threads({ frame, query, page, opening }: ThreadsProps): JSX.Element {
  const { threads, next } = page;
  const paging = query.filter.before !== undefined;
  return (
    // Older pages stay as they are while one reads them.
    <section id="threads" data-live={paging ? undefined : true} aria-label="Threads">
      {threads.length === 0 ? (
        <Nothing paging={paging} query={query} />
      ) : (
        <table class="requests threads" role="table">
          <caption class="hidden">Threads, by their last call, the newest first</caption>
          <thead role="rowgroup">
            <tr role="row">
              {heads.map((words) => (
                <th role="columnheader" scope="col">
                  {words}
                </th>
              ))}
              {numbers.map((words) => (
                <th role="columnheader" scope="col" class="number">
                  {words}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {threads.map((thread, place) => (
              <ThreadLine thread={thread} now={frame.now} later={opening && place >= inSight} />
            ))}
          </tbody>
        </table>
      )}
      {(paging || next !== null) && (
        <nav class="paging" aria-label="Paging">
          {paging && <a href={threadsHref(query.address)}>← First page</a>}
          {next !== null && (
            <a class="older" rel="next" href={threadsHref(query.address, { before: next })}>
              Older →
            </a>
          )}
        </nav>
      )}
    </section>
  );
}

function Nothing(props: { readonly paging: boolean; readonly query: ThreadsQuery }): JSX.Element {
  if (props.paging) return <p class="nothing">No older threads.</p>;
  if (props.query.filtered)
    return (
      <p class="nothing">
        No thread matches. <a href={threadsHref({})}>Clear the filter</a>
      </p>
    );
  return (
    <p class="nothing">
      No threads yet. The calls of a conversation or an agent session become one as they end.
    </p>
  );
}
