/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What a cleaner took out of an answer, or a translation changed, before the client got it.
import { Html } from "@elysiajs/html";
import { answerText } from "../../domain/conversation/answer-text.ts";
import { readConversation } from "../../domain/conversation/read-conversation.ts";
import { Diff } from "./diff.tsx";

export interface CleanedSectionProps {
  /** As received from the upstream. */
  readonly raw: string;
  /** As the client got it. */
  readonly clean: string;
}

/** Longer answers are cut here; the raw bodies below have them whole. */
const longest = 40_000;

export function CleanedSection({ raw, clean }: CleanedSectionProps): JSX.Element {
  const [before, after] = [textOf(raw), textOf(clean)];
  return (
    <section class="cleaned" aria-labelledby="cleaned-title">
      <h2 id="cleaned-title">Received and delivered</h2>
      {before === after ? (
        <p class="nothing">The client got the same text in another form; the bodies are below.</p>
      ) : (
        <Diff before={before} after={after} />
      )}
    </section>
  );
}

function textOf(body: string): string {
  return answerText(readConversation(null, body), { thinking: true }).slice(0, longest);
}
