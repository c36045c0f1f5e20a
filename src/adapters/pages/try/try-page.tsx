/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/try`: a prompt to one to three models side by side, through the router like any client's call.
import { Html } from "@elysiajs/html";
import {
  efforts,
  mostModels,
  thinkingModes,
  type TryFields,
} from "../../../domain/call/try-call.ts";
import { assets } from "../shared/assets.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { written } from "../shared/written.ts";
import { AnswerCard, type TriedAnswer } from "./answer-card.tsx";

export interface TryPageProps {
  readonly frame: PageFrame;
  readonly fields: TryFields;
  /** The logged request that it begins with; null: none. */
  readonly from: string | null;
  /** Names to offer. */
  readonly models: readonly string[];
  /** What is wrong with a field. */
  readonly wrong?: { readonly field: keyof TryFields; readonly message: string };
  /** Why the request asked for is not here, in a sentence. */
  readonly missing?: string;
  /** Where no script streams it. */
  readonly answer?: TriedAnswer;
}

const noAnswer: TriedAnswer = {
  model: "",
  says: "",
  failed: false,
  thinking: "",
  text: "",
  id: null,
  figures: [],
};

export function TryPage(props: TryPageProps): JSX.Element {
  const { frame, from, wrong, missing, answer } = props;
  return (
    <Layout title="Try" frame={frame} at="try" scripts={[assets.tryScript.path]}>
      <header class="page-head">
        <h1>Try</h1>
        <p class="faint">
          sent through the router like any client's call, and logged as <code>smolrouter-try</code>
        </p>
      </header>
      {from !== null && (
        <p class="faint from">
          {"Begun with "}
          <a href={`/request/${encodeURIComponent(from)}`}>a logged request</a>
          {"; change what you like. "}
          <a href="/try">Begin anew</a>
        </p>
      )}
      {missing !== undefined && (
        <p class="notice" safe>
          {missing}
        </p>
      )}
      {wrong !== undefined && (
        <p class="notice bad" role="alert" id="try-wrong" safe>
          {wrong.message}
        </p>
      )}
      <TryForm {...props} />
      <section id="answers" class="answers" aria-label="Answers">
        {answer !== undefined && <AnswerCard answer={answer} />}
      </section>
      <template id="answer">
        <AnswerCard answer={noAnswer} />
      </template>
    </Layout>
  );
}

function TryForm({ fields, models, wrong }: TryPageProps): JSX.Element {
  const bad = (field: keyof TryFields) =>
    wrong?.field === field
      ? { "aria-invalid": "true" as const, "aria-describedby": "try-wrong" }
      : {};
  return (
    <form id="try" class="try" method="post" action="/try" enctype="multipart/form-data">
      <div class="try-words">
        <label>
          <span>System</span>
          <textarea name="system" rows="2" spellcheck="false" safe>
            {written(fields.system)}
          </textarea>
        </label>
        <label>
          <span>Prompt</span>
          <textarea name="prompt" rows="7" {...bad("prompt")} safe>
            {written(fields.prompt)}
          </textarea>
        </label>
        <label>
          <span>Image</span>
          <input type="file" name="image" accept="image/*" />
        </label>
      </div>
      <div class="try-how">
        <fieldset>
          <legend>Models</legend>
          {Array.from({ length: mostModels }, (_, at) => (
            <input
              type="text"
              name="model"
              value={fields.models[at] ?? ""}
              placeholder={at === 0 ? "any model name" : "compare with"}
              aria-label={at === 0 ? "Model" : `Model ${at + 1}`}
              list="try-models"
              maxlength={300}
              autocomplete="off"
              spellcheck="false"
              required={at === 0}
              {...(at === 0 ? bad("models") : {})}
            />
          ))}
          <datalist id="try-models">
            {models.map((model) => (
              <option value={model} />
            ))}
          </datalist>
        </fieldset>
        <fieldset class="try-parameters">
          <legend>Parameters</legend>
          <Parameter
            name="temperature"
            label="Temperature"
            value={fields.temperature}
            more={bad("temperature")}
          />
          <Parameter
            name="max_tokens"
            label="Max tokens"
            value={fields.maxTokens}
            more={bad("maxTokens")}
          />
          <Parameter name="top_p" label="Top p" value={fields.topP} more={bad("topP")} />
          <Parameter name="seed" label="Seed" value={fields.seed} more={bad("seed")} />
          <Choice
            name="effort"
            label="Reasoning effort"
            value={fields.effort}
            options={["", ...efforts].map((one) => [one, one === "" ? "as the server does" : one])}
          />
          <Choice
            name="thinking"
            label="Thinking"
            value={fields.thinking}
            options={[
              ["", "as configured"],
              ...thinkingModes.map((one) => [one, modes[one]] as const),
            ]}
          />
        </fieldset>
      </div>
      <details class="try-rest" open={wrong?.field === "rest"}>
        <summary>Rest of the request, as JSON</summary>
        <label>
          <span>
            Earlier messages, tools, any other parameter. The fields above replace what they name.
          </span>
          <textarea name="rest" rows="12" spellcheck="false" class="code" {...bad("rest")} safe>
            {written(fields.rest)}
          </textarea>
        </label>
      </details>
      <p class="try-send">
        <button type="submit" class="primary">
          Send
        </button>
        <button type="button" id="try-stop" hidden>
          Stop all
        </button>
        <small id="try-keys" hidden>
          Ctrl + Enter sends
        </small>
        <noscript>
          <small>Without scripts the answer comes whole, and from the first model only.</small>
        </noscript>
      </p>
    </form>
  );
}

const modes = {
  move: "shown apart",
  strip: "removed",
  keep: "left in the text",
} as const satisfies Readonly<Record<(typeof thinkingModes)[number], string>>;

interface ParameterProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly more: { readonly "aria-invalid"?: "true"; readonly "aria-describedby"?: string };
}

function Parameter({ name, label, value, more }: ParameterProps): JSX.Element {
  return (
    <label>
      <span safe>{label}</span>
      <input
        type="text"
        inputmode="decimal"
        name={name}
        value={value}
        placeholder="default"
        autocomplete="off"
        {...more}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, words: string])[];
}

function Choice({ name, label, value, options }: ChoiceProps): JSX.Element {
  return (
    <label>
      <span safe>{label}</span>
      <select name={name}>
        {options.map(([one, words]) => (
          <option value={one} selected={one === value} safe>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
