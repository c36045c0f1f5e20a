/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// "Send again": to the same model or another, with the server's own key or one for this send only.
import { Html } from "@elysiajs/html";
import { keyIsMissing, whyNotAgain } from "../../../domain/call/resend.ts";
import { asChat } from "../../../domain/protocols/as-chat.ts";
import type { LogDetail } from "../../../ports/browse.ts";

export interface AgainSectionProps {
  readonly detail: LogDetail;
  /** Names to offer. */
  readonly models: readonly string[];
  /** Whether every server it would go to now has a key of its own. */
  readonly serversHaveKeys: boolean;
  /** Why the last try was refused. */
  readonly refused: string | null;
}

/** Only a body that is whole can be changed. */
function TryLink({ detail }: Pick<AgainSectionProps, "detail">): JSX.Element {
  const { id, request_body: body, request_body_truncated: isCut } = detail;
  if (body === null || isCut || asChat(detail) === null) return "";
  return <a href={`/try?from=${encodeURIComponent(id)}`}>Change it in Try</a>;
}

export function AgainSection(props: AgainSectionProps): JSX.Element {
  const { detail, models, serversHaveKeys, refused } = props;
  const why = whyNotAgain(detail);
  if (why !== null)
    return (
      <section class="again" id="again" aria-label="Send again">
        <button type="button" disabled aria-describedby="again-why">
          Send again
        </button>
        <span id="again-why" class="faint" safe>
          {why}
        </span>
        <TryLink detail={detail} />
      </section>
    );
  return (
    <details class="again" id="again" open={refused !== null}>
      <summary>Send again</summary>
      {refused !== null && (
        <p class="notice bad" role="alert" safe>
          {refused}
        </p>
      )}
      <form method="post" action={`/request/${encodeURIComponent(detail.id)}/again`}>
        <label>
          <span>to</span>
          <input
            type="text"
            name="model"
            placeholder={detail.original_model ?? "the same"}
            aria-label="Model, or the same"
            list="again-models"
            maxlength={300}
            autocomplete="off"
            spellcheck="false"
          />
        </label>
        <datalist id="again-models">
          {models.map((model) => (
            <option value={model} />
          ))}
        </datalist>
        {keyIsMissing(detail) && !serversHaveKeys && (
          <label>
            <span>with key</span>
            <input
              type="password"
              name="key"
              aria-label="Key for this send only"
              aria-describedby="again-key"
              maxlength={4000}
              autocomplete="off"
            />
            <small id="again-key">
              The client's key was not stored. One given here is used for this send only; leave it
              empty where the server asks for none.
            </small>
          </label>
        )}
        <button type="submit">Send</button>
        <TryLink detail={detail} />
      </form>
    </details>
  );
}
