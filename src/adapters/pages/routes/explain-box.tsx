/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// "Where would this model go?": a plain form, answered by the very function that routes.
import { Html } from "@elysiajs/html";
import { endpointOf } from "../../../domain/protocols/endpoint-of.ts";
import { shownTo, usualWayTo } from "../../../domain/protocols/choose-way.ts";
import { wayInWords } from "../../../domain/call/way.ts";
import type { RoutePlan } from "../../../domain/routing/plan.ts";
import {
  candidateOrder,
  type RankedTarget,
  type ServersNow,
} from "../../../domain/routing/candidate-order.ts";
import type { PolicyOverrides } from "../../../domain/routing/types.ts";
import type { UpstreamState } from "../../../ports/browse.ts";
import type { ExplainFields } from "./explain-query.ts";
import { pathOf, usualPath } from "./explain-query.ts";
import { policyInWords } from "./policy-words.ts";
import { routeInWords } from "./route-words.ts";

export interface ExplainBoxProps {
  readonly fields: ExplainFields;
  /** null where nothing was asked. */
  readonly plan: RoutePlan | null;
  readonly upstreams: readonly UpstreamState[];
  readonly serversNow: ServersNow;
  /** Names to offer. */
  readonly models: readonly string[];
  /** What holds where nobody says otherwise. */
  readonly policy: PolicyOverrides;
}

export function ExplainBox(props: ExplainBoxProps): JSX.Element {
  const { fields, plan, models } = props;
  return (
    <section class="explain" aria-labelledby="explain-title">
      <h2 id="explain-title">Where would it go?</h2>
      <form method="get" action="/routes" class="explain-form">
        <Question
          name="model"
          label="Model"
          value={fields.model}
          hint="any model name"
          offer={models}
        />
        <Question name="source" label="From" value={fields.source} hint="127.0.0.1" />
        <Question name="path" label="Path" value={fields.path} hint={usualPath} />
        <Question name="user" label="User" value={fields.user} hint="none" />
        <button type="submit">Explain</button>
      </form>
      {plan !== null && <Answer {...props} plan={plan} />}
    </section>
  );
}

interface QuestionProps {
  readonly name: keyof ExplainFields;
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly offer?: readonly string[];
}

function Question({ name, label, value, hint, offer }: QuestionProps): JSX.Element {
  const list = offer === undefined ? undefined : `known-${name}`;
  return (
    <label>
      <span safe>{label}</span>
      <input
        type="text"
        name={name}
        value={value}
        placeholder={hint}
        list={list}
        maxlength={300}
        autocomplete="off"
        spellcheck="false"
      />
      {list !== undefined && (
        <datalist id={list}>
          {offer?.map((known) => (
            <option value={known} />
          ))}
        </datalist>
      )}
    </label>
  );
}

function Answer(props: ExplainBoxProps & { readonly plan: RoutePlan }): JSX.Element {
  const { fields, plan, upstreams, serversNow, policy } = props;
  const asked = endpointOf("POST", pathOf(fields));
  const shown = shownTo(upstreams);
  const wayOf = ({ target }: RankedTarget) => usualWayTo(asked, target.server, shown);
  return (
    <div class="explained" role="status">
      <p>
        <strong safe>{routeInWords(plan.route)}</strong> <code safe>{plan.route}</code>
      </p>
      <ul class="because">
        {plan.because.map((step) => (
          <li safe>{step}</li>
        ))}
      </ul>
      <h3>Tried in this order</h3>
      <ol class="targets">
        {candidateOrder(plan.targets, plan.balance, serversNow).map((place) => (
          <TargetLine
            place={place}
            alone={plan.targets.length === 1}
            policy={policy}
            way={wayInWords(wayOf(place), place.target.server.type)}
          />
        ))}
      </ol>
    </div>
  );
}

interface TargetLineProps extends Pick<ExplainBoxProps, "policy"> {
  readonly place: RankedTarget;
  /** It is the only one. */
  readonly alone: boolean;
  /** How it would be asked. */
  readonly way: string;
}

function TargetLine({ place, alone, policy, way }: TargetLineProps): JSX.Element {
  const { target, coolingDown, full } = place;
  const { server, model } = target;
  const usual = new Set(policyInWords(policy));
  const own = policyInWords(target.policy).filter((said) => !usual.has(said));
  return (
    <li>
      <b safe>{server.name}</b>{" "}
      <span class="model" safe>
        {model ?? "no model"}
      </span>{" "}
      <code class="faint" safe>
        {server.baseUrl}
      </code>{" "}
      {own.map((said) => (
        <>
          {" "}
          <span class="tag" safe>
            {said}
          </span>
        </>
      ))}
      {(coolingDown || full || !alone) && <Reasons place={place} />}
      <p class="faint" safe>
        {way}
      </p>
    </li>
  );
}

/** Why it stands there; what puts it behind the others stands out. */
function Reasons({ place }: Pick<TargetLineProps, "place">): JSX.Element {
  const { coolingDown, full, reasons } = place;
  const setBack = Number(coolingDown) + Number(full);
  return (
    <p>
      {setBack > 0 && (
        <span class="warn" safe>
          {reasons.slice(0, setBack).join("; ")}
        </span>
      )}
      {setBack > 0 && reasons.length > setBack && "; "}
      <span safe>{reasons.slice(setBack).join("; ")}</span>
    </p>
  );
}
