/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A page that only has something to say: not found, log unreadable.
import { Html } from "@elysiajs/html";
import { Layout } from "./layout.tsx";
import type { PageFrame } from "./pages-deps.ts";

export interface MessagePageProps {
  readonly frame: PageFrame;
  readonly title: string;
  /** Sentences, each a paragraph. */
  readonly says: readonly string[];
}

export function MessagePage({ frame, title, says }: MessagePageProps): JSX.Element {
  return (
    <Layout title={title} frame={frame}>
      <section class="message">
        <h1 safe>{title}</h1>
        {says.map((sentence) => (
          <p safe>{sentence}</p>
        ))}
        <p>
          <a href="/">Back to the requests</a>
        </p>
      </section>
    </Layout>
  );
}
