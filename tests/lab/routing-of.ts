// A routing from a routes file's text, for tests that care about decisions.
import { parseTree } from "../../src/adapters/config/yaml-tree.ts";
import type { ConfigProblem } from "../../src/domain/config/config-node.ts";
import { parseRoutes, type RoutesSpec } from "../../src/domain/config/parse-routes.ts";
import { noParams } from "../../src/domain/routing/params.ts";
import { compileModelMap } from "../../src/domain/routing/model-map.ts";
import { assembleRouting } from "../../src/domain/routing/assemble.ts";
import { parseServerUrl } from "../../src/domain/config/server-url.ts";
import type { Policy, Routing } from "../../src/domain/routing/types.ts";

/** What holds where neither the environment nor the routes file says otherwise, as documented. */
export const documentedPolicy: Policy = {
  stripThinking: "strip",
  stripJsonMarkdown: false,
  disableThinking: false,
  thinkingPrefilled: false,
  commit: "first_content",
  onBreak: "event",
  retries: 0,
  stopOn: [],
  connectTimeoutMs: 5_000,
  firstTokenTimeoutMs: null,
  raceAfterMs: null,
  requestTimeoutMs: 3_000_000,
  require: [],
  params: noParams,
};

type Env = Readonly<Record<string, string>>;

/** The parsed file, or its problems, as the program would get them. */
export function readRoutes(
  yaml: string,
  env: Env = {},
): { readonly routes: RoutesSpec } | { readonly problems: readonly ConfigProblem[] } {
  const tree = parseTree(yaml, "routes.yaml", "yaml");
  if ("problems" in tree) return tree;
  const readable = (path: string): boolean => path === "/etc/ssl/lab.pem";
  return parseRoutes(tree.root, { file: "routes.yaml", env, readable });
}

/** The routing of a valid file, beside a default upstream at http://default:8000. */
export function routingOf(
  yaml: string,
  more: { readonly modelMap?: Env; readonly env?: Env; readonly policy?: Partial<Policy> } = {},
): Routing {
  const read = readRoutes(yaml, more.env);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  const compiled = compileModelMap(Object.entries(more.modelMap ?? {}));
  if ("problems" in compiled) throw new Error(compiled.problems.join());
  const url = parseServerUrl("http://default:8000");
  if ("problem" in url) throw new Error(url.problem);
  return assembleRouting(read.routes, {
    modelMap: compiled.modelMap,
    defaultUpstream: url,
    policy: { ...documentedPolicy, ...more.policy },
  });
}
