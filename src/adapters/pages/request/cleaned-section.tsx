/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What a cleaner took out of an answer, or a translation changed, before the client got it.
import { Html } from "@elysiajs/html";
import { answerText } from "../../../domain/conversation/answer-text.ts";
import { readConversation } from "../../../domain/conversation/read-conversation.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";
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
  const [received, delivered] = [readConversation(null, raw), readConversation(null, clean)];
  const [before, after] = [textOf(received), textOf(delivered)];
  if (after === "" && delivered.error !== null) return <OnlyAnError error={delivered.error} />;
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

/** Where every upstream failed, none of their bodies is what the client got. */
function OnlyAnError({ error }: { readonly error: string }): JSX.Element {
  return (
    <section class="cleaned" aria-labelledby="cleaned-title">
      <h2 id="cleaned-title">What the client got</h2>
      <p class="notice bad">
        <strong>An error: </strong>
        <span safe>{error}</span>
      </p>
    </section>
  );
}

function textOf(conversation: Conversation): string {
  return answerText(conversation, { thinking: true }).slice(0, longest);
}
