/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/routes`: the configuration in force, and a box that explains where a model would go.
import { Html } from "@elysiajs/html";
import type { ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { RoutePlan } from "../../../domain/routing/plan.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { UpstreamState } from "../../../ports/browse.ts";
import { ExplainBox } from "./explain-box.tsx";
import type { ExplainFields } from "./explain-query.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { knownModelNames } from "../dashboard/model-names.ts";
import { ChangeSection, type ChangeProps } from "./change-section.tsx";
import { RoutingTables } from "./routing-tables.tsx";

export interface RoutesPageProps {
  readonly frame: PageFrame;
  readonly routing: Routing;
  /** As configured. */
  readonly file: string;
  readonly fields: ExplainFields;
  /** null where nothing was asked. */
  readonly plan: RoutePlan | null;
  readonly upstreams: readonly UpstreamState[];
  readonly serversNow: ServersNow;
  readonly change: ChangeProps;
}

export function RoutesPage(props: RoutesPageProps): JSX.Element {
  const { frame, routing, file, fields, plan, upstreams, serversNow, change } = props;
  const { servers, aliases, rules } = routing;
  const empty = servers.size === 0 && aliases.size === 0 && rules.length === 0;
  return (
    <Layout title="Routes" frame={frame} at="routes">
      <header class="page-head">
        <h1>Routes</h1>
        <p class="faint">
          in force from <code safe>{file}</code> and the environment
        </p>
      </header>
      <ExplainBox
        fields={fields}
        plan={plan}
        upstreams={upstreams}
        serversNow={serversNow}
        models={knownModelNames(routing, upstreams)}
        policy={routing.policy}
      />
      <ChangeSection {...change} />
      {empty && (
        <p class="notice">
          Nothing is configured, so every request goes to the default upstream. Write servers,
          aliases and rules into <code safe>{file}</code>; routes.yaml.example shows how.
        </p>
      )}
      <RoutingTables routing={routing} file={file} />
    </Layout>
  );
}
