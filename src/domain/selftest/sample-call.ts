// Requests that reach an alias, a rule and the default upstream: one for each, made up from what the configuration says.
import { addressMatches, type AddressMatcher } from "../net/address-matcher.ts";
import { parseAddress } from "../net/address.ts";
import { emptyDiscovery } from "../routing/discovery.ts";
import { planRoute } from "../routing/plan.ts";
import type { RouteQuestion } from "../routing/route-question.ts";
import { anyTextMatches, patternText } from "../routing/text-matcher.ts";
import type { Routing, Rule, TextMatcher } from "../routing/types.ts";

export interface SampleCall {
  /** As rows name the route: `alias:NAME`, `rule:N` or `default`. */
  readonly name: string;
  /** null: none was found. */
  readonly question: RouteQuestion | null;
  /** What the call is, or why none was found. */
  readonly says: string;
}

/** Those that the selftest can ask in, the likeliest first. */
const samplePaths = [
  "/v1/chat/completions",
  "/v1/messages",
  "/v1/responses",
  "/v1/completions",
  "/api/chat",
  "/api/generate",
] as const;

const anyModel = "any-other-model";
const anyCall: RouteQuestion = {
  model: anyModel,
  sourceIp: "127.0.0.1",
  path: samplePaths[0],
  user: null,
  headers: [],
};

/** @returns one for each alias, each rule that sends to a server or renames, and the default upstream */
export function sampleCalls(routing: Routing): readonly SampleCall[] {
  const known = knownNames(routing);
  const aliases = [...routing.aliases.keys()].map((model) =>
    reaching(`alias:${model}`, { ...anyCall, model }, routing),
  );
  const rules = routing.rules.map((rule) => ruleCall(rule, known, routing));
  return [...aliases, ...rules, reaching("default", anyCall, routing)];
}

function knownNames({ aliases, modelMap, rules }: Routing): readonly string[] {
  return [
    ...[...aliases.values()].flatMap(({ instances }) => instances.map(({ model }) => model)),
    ...modelMap.exact.keys(),
    ...rules.map(({ model }) => model),
  ].filter((model) => model !== null);
}

function ruleCall(rule: Rule, known: readonly string[], routing: Routing): SampleCall {
  const name = `rule:${rule.number}`;
  const { match } = rule;
  const model = match.model === null ? anyModel : textFor(match.model, known);
  if (model === null) return none(name, "no model name was found that its pattern takes");
  const path = match.path === null ? samplePaths[0] : textFor(match.path, samplePaths);
  if (path === null || !(samplePaths as readonly string[]).includes(path))
    return none(name, "it takes no path of a chat");
  const user = match.user === null ? null : textFor(match.user, []);
  if (match.user !== null && user === null)
    return none(name, "no user name was found that its pattern takes");
  const sourceIp = match.sourceHost === null ? anyCall.sourceIp : addressIn(match.sourceHost);
  if (sourceIp === null) return none(name, "no address was found in its source_host");
  const headers: [string, string][] = [];
  for (const { name: header, values } of match.headers) {
    const value = textFor(values, []);
    if (value === null) return none(name, `no value was found that its header ${header} takes`);
    headers.push([header, value]);
  }
  return reaching(name, { model, path, user, sourceIp, headers }, routing);
}

/** The call, should it get where it is to go. */
function reaching(name: string, question: RouteQuestion, routing: Routing): SampleCall {
  const { route } = planRoute(question, routing, emptyDiscovery);
  return route === name || route.startsWith(`${name}>`)
    ? { name, question, says: `${question.model} at ${question.path} from ${question.sourceIp}` }
    : none(name, `${route} takes such a call`);
}

const none = (name: string, says: string): SampleCall => ({ name, question: null, says });

/** A text that one of the conditions takes: what was written, a name that is known, or what is left of a pattern. */
function textFor(matchers: readonly TextMatcher[], known: readonly string[]): string | null {
  const exact = matchers.find(({ kind }) => kind === "exact");
  if (exact !== undefined) return exact.text;
  const guesses = matchers.flatMap(({ text }) => plainTexts(patternText(text)?.source ?? ""));
  return [...known, ...guesses].find((text) => anyTextMatches(matchers, text)) ?? null;
}

/** A pattern's alternatives without its signs. */
function plainTexts(source: string): readonly string[] {
  const plain = source
    .replaceAll(/\\[dD]/g, "1")
    .replaceAll(/\\[wW]/g, "x")
    .replaceAll(/\\([^A-Za-z])/g, "$1")
    .replaceAll(/\.[*+]\??/g, "x")
    .replaceAll(/\[\^?(.)[^\]]*\]/g, "$1")
    .replaceAll(/\{\d+,?\d*\}/g, "")
    .replaceAll(/\(\?(?::|P?<\w+>)/g, "(")
    .replaceAll(/[\^$*+?]/g, "");
  const all = plain.replaceAll(/\(([^()|]*)(?:\|[^()]*)?\)/g, "$1");
  return [all, ...all.split("|")].filter((text) => text !== "");
}

function addressIn(matcher: AddressMatcher): string | null {
  const texts = matcher.text.split(/[\s,/-]+/);
  return texts.find((text) => parseAddress(text) !== null && addressMatches(matcher, text)) ?? null;
}

/** The body of such a call. @param path one of `samplePaths` */
export function sampleBody(path: string, model: string | null, stream: boolean): object {
  const prompt = "Is all well?";
  if (path.endsWith("/responses")) return { model, stream, input: prompt };
  if (path.endsWith("/generate") || path.endsWith("/v1/completions"))
    return { model, stream, prompt };
  const messages = [{ role: "user", content: prompt }];
  return { model, stream, messages, ...(path.endsWith("/messages") ? { max_tokens: 100 } : {}) };
}
