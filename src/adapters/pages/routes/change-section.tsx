/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// "Try a change": the routes file in a form, what is wrong with it beside it, and what of the last day would have gone elsewhere.
import { Html } from "@elysiajs/html";
import { changeInWords, type RouteChange } from "../../../domain/routing/backtest.ts";
import type {
  DayTested,
  OpenedRoutes,
  RoutesProblem,
  SavedRoutes,
  TriedRoutes,
} from "../../../ports/routes-edit.ts";
import { whole } from "../shared/format.ts";
import { written } from "../shared/written.ts";

/** What became of a form. */
export type Outcome = TriedRoutes | SavedRoutes;

export interface ChangeProps extends OpenedRoutes {
  /** The file's name, without folders. */
  readonly file: string;
  readonly mayEdit: boolean;
  /** null: nothing was asked yet. */
  readonly outcome: Outcome | null;
}

const mostProblems = 50;
const mostChanges = 30;
const longestLine = 200;

export function ChangeSection(props: ChangeProps): JSX.Element {
  const { text, why, hash, isRedacted, file, mayEdit, outcome } = props;
  const isOpen = outcome !== null && outcome.kind !== "saved";
  const isWrong = outcome?.kind === "problems";
  return (
    <section id="change" class="part" aria-labelledby="change-title">
      {outcome?.kind === "saved" && <Saved file={file} stamp={outcome.stamp} />}
      <details class="change" open={isOpen}>
        <summary>
          <h2 id="change-title">Try a change</h2>
        </summary>
        <p class="faint">
          Edit the file and see which calls of the last 24 hours would have gone elsewhere. Trying
          calls nobody and changes nothing.
          {isRedacted && " Keys in it are shown as [redacted]: put them back before you use it."}
        </p>
        {why !== null && (
          <p class="notice" safe>
            {why}
          </p>
        )}
        <form method="post" action="/routes#change">
          {hash !== null && <input type="hidden" name="hash" value={hash} />}
          {isRedacted && <input type="hidden" name="redacted" value="" />}
          <div class={isOpen ? "change-parts" : ""}>
            <label>
              <span safe>{file}</span>
              <textarea
                name="text"
                rows="20"
                class="code"
                wrap="off"
                spellcheck="false"
                autocapitalize="off"
                {...(isWrong ? { "aria-invalid": "true", "aria-describedby": "change-says" } : {})}
                safe
              >
                {written(text ?? "")}
              </textarea>
            </label>
            {isOpen && (
              <div id="change-says" class="change-says" role={isWrong ? "alert" : "status"}>
                <Says outcome={outcome} text={text ?? ""} />
              </div>
            )}
          </div>
          <p class="change-do">
            <button type="submit" name="do" value="try" class="primary">
              Try
            </button>
            {outcome?.kind === "valid" && (
              <button type="submit" name="do" value="download">
                Download
              </button>
            )}
            {outcome?.kind === "valid" && mayEdit && (
              <button type="submit" name="do" value="save">
                Save
              </button>
            )}
          </p>
        </form>
      </details>
    </section>
  );
}

function Saved({ file, stamp }: { readonly file: string; readonly stamp: string | null }) {
  return (
    <p class="notice" role="status">
      {"Saved, and in force within two seconds."}
      {stamp !== null && (
        <>
          {" What was there before is kept beside it as "}
          <code safe>{`${file}.${stamp}.bak`}</code>.
        </>
      )}
    </p>
  );
}

function Says({
  outcome,
  text,
}: {
  readonly outcome: Exclude<Outcome, { readonly kind: "saved" }>;
  readonly text: string;
}): JSX.Element {
  switch (outcome.kind) {
    case "problems":
      return <Problems problems={outcome.problems} text={text} />;
    case "valid":
      return outcome.tested === null ? (
        <p>The file is valid. The log cannot be read right now, so no calls were tried.</p>
      ) : (
        <Tested tested={outcome.tested} />
      );
    case "changed":
      return (
        <p class="why">
          The file has changed since it was opened, so it was not saved. Keep your text by Try and
          Download, <a href="/routes#change">open the file as it is now</a>, and make your change
          there.
        </p>
      );
    case "failed":
      return (
        <p class="why" safe>
          {outcome.why}
        </p>
      );
  }
}

interface ProblemsProps {
  readonly problems: readonly RoutesProblem[];
  readonly text: string;
}

function Problems({ problems, text }: ProblemsProps): JSX.Element {
  const lines = text.split("\n");
  const more = problems.length - mostProblems;
  return (
    <>
      <h3 safe>{problems.length === 1 ? "1 problem" : `${whole(problems.length)} problems`}</h3>
      <ol class="problems">
        {problems.slice(0, mostProblems).map(({ at, message }) => (
          <li>
            {at !== null && (
              <>
                <strong safe>{`Line ${at.line}, column ${at.column}`}</strong>
                <code safe>{(lines[at.line - 1] ?? "").trim().slice(0, longestLine)}</code>
              </>
            )}
            <span safe>{message}</span>
          </li>
        ))}
      </ol>
      {more > 0 && <p class="faint" safe>{`and ${whole(more)} more`}</p>}
    </>
  );
}

function Tested({ tested }: { readonly tested: DayTested }): JSX.Element {
  const { calls, unchanged, changed, unrouted, changes, isCut } = tested;
  const which = isCut ? `the newest ${whole(calls)} calls` : callsOf(calls);
  const more = changes.length - mostChanges;
  return (
    <>
      <h3 safe>
        {`Valid: ${changed === 0 ? "no call" : callsOf(changed)} would have gone elsewhere`}
      </h3>
      <p class="faint" safe>
        {`Decided again: ${which} of the last 24 hours. ${whole(unchanged)} would have gone where they went.` +
          (unrouted > 0 ? ` ${whole(unrouted)} refused before routing, and so left out.` : "")}
      </p>
      <ol class="changes">
        {changes.slice(0, mostChanges).map((change) => (
          <Change change={change} />
        ))}
      </ol>
      {more > 0 && <p class="faint" safe>{`and ${whole(more)} more ways`}</p>}
    </>
  );
}

function callsOf(count: number): string {
  return count === 1 ? "1 call" : `${whole(count)} calls`;
}

function Change({ change }: { readonly change: RouteChange }): JSX.Element {
  const { count, models, example } = change;
  const { went, wouldGo } = changeInWords(change);
  const shown = models.slice(0, 5).map((model) => model ?? "(no model)");
  const more = models.length > shown.length ? ` and ${models.length - shown.length} more` : "";
  return (
    <li>
      <strong safe>{`${whole(count)} × ${shown.join(", ")}${more}`}</strong>
      <dl>
        <dt>went</dt>
        <dd safe>{went}</dd>
        <dt>would go</dt>
        <dd safe>{wouldGo}</dd>
      </dl>
      <a href={`/request/${encodeURIComponent(example)}`}>One of them</a>
    </li>
  );
}
