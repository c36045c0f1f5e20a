// How calls are handled, in the words of the routes file.
import { paramsInWords } from "../../../domain/routing/params.ts";
import type { Balance, Policy, PolicyOverrides } from "../../../domain/routing/types.ts";

const seconds = (ms: number | null): string => (ms === null ? "none" : `${ms / 1000} s`);

const listed = (items: readonly string[]): string =>
  items.length === 0 ? "none" : items.join(", ");

const words: {
  readonly [K in keyof Policy]: readonly [key: string, say: (value: Policy[K]) => string];
} = {
  stripThinking: [
    "strip_thinking",
    (mode) => ({ strip: "true", keep: "false", move: "move" })[mode],
  ],
  stripJsonMarkdown: ["strip_json_markdown", String],
  disableThinking: ["disable_thinking", String],
  thinkingPrefilled: ["thinking_prefilled", String],
  commit: ["commit", String],
  onBreak: ["on_break", String],
  retries: ["retries", String],
  stopOn: ["stop_on", listed],
  connectTimeoutMs: ["connect_timeout", seconds],
  firstTokenTimeoutMs: ["first_token_timeout", seconds],
  raceAfterMs: ["race_after", seconds],
  requestTimeoutMs: ["request_timeout", seconds],
  require: ["require", listed],
  params: ["params", (params) => listed(paramsInWords(params))],
};

/** Nothing where instances are asked as written. */
export function balanceInWords(balance: Balance): readonly string[] {
  return balance === "order" ? [] : [`balance: ${balance}`];
}

/** Nothing where an instance has the usual weight. */
export function weightInWords(weight: number): readonly string[] {
  return weight === 1 ? [] : [`weight: ${weight}`];
}

/** Each key that is said, with its value, as `retries: 2`. */
export function policyInWords(policy: PolicyOverrides): readonly string[] {
  const say = <K extends keyof Policy>(key: K): readonly string[] => {
    const value: Policy[K] | undefined = policy[key];
    if (value === undefined) return [];
    const [name, tell] = words[key];
    return [`${name}: ${tell(value)}`];
  };
  return (Object.keys(words) as (keyof Policy)[]).flatMap((key) => say(key));
}
