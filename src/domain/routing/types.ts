// The routing in force: what the environment and the routes file say, parsed into types that cannot be wrong.
import type { HeaderList } from "../http/headers.ts";
import type { AddressMatcher } from "../net/address-matcher.ts";
import type { Params } from "./params.ts";
import type { Pattern } from "./pattern.ts";
import type { Replacement } from "./replacement.ts";

export type NonEmpty<T> = readonly [T, ...T[]];
export type ThinkingMode = "strip" | "keep" | "move";
export type CommitPoint = "first_content" | "first_answer" | "full";
/** What an answer has to have, so that it may go to its client. */
export type Requirement = "content" | "json" | "schema";
/** How a client learns that its started stream broke. */
export type OnBreak = "event" | "reset";

/** How a call is handled once its target is known; every field has a value in force. Times in ms. */
export interface Policy {
  readonly stripThinking: ThinkingMode;
  readonly stripJsonMarkdown: boolean;
  readonly disableThinking: boolean;
  readonly thinkingPrefilled: boolean;
  readonly commit: CommitPoint;
  readonly onBreak: OnBreak;
  /** How often the same candidate is retried after a passing failure. */
  readonly retries: number;
  /** Upstream error codes that end the chain. */
  readonly stopOn: readonly string[];
  readonly connectTimeoutMs: number;
  /** null: wait for the first content as long as `requestTimeoutMs` allows. */
  readonly firstTokenTimeoutMs: number | null;
  /** Without content for that long, the next candidate is asked as well; null: it is not. */
  readonly raceAfterMs: number | null;
  /** Silence from the upstream, before or between bytes, until it counts as failed. */
  readonly requestTimeoutMs: number;
  /** An answer that falls short of one is a failed attempt. */
  readonly require: readonly Requirement[];
  /** Fields of the request that are changed before it goes upstream. */
  readonly params: Params;
}

/** What one level of configuration says; the closest to the request wins, key by key; of `params`, field by field. */
export type PolicyOverrides = Partial<Policy>;

export type ServerType = "openai" | "ollama" | "anthropic";

/** An API that a server may speak beside what its type says. */
export type Speech = "chat" | "responses" | "messages";

/** How a server is asked in an API: as clients ask, at its usual path or this one; or translated to another. */
export type SpeechWay = "native" | "translate" | { readonly path: string };

/** USD for a million tokens. */
export interface Price {
  readonly input: number;
  /** Of what was read from a cache; null: as `input`. */
  readonly cached: number | null;
  readonly output: number;
}

/** What the models cost that the condition holds for, by the names that are sent upstream. */
export interface ModelPrice {
  readonly model: TextMatcher;
  readonly price: Price;
}

export interface Server {
  /** The configured name, `default`, or the URL's origin where the URL stood in a route or alias. */
  readonly name: string;
  /**
   * Absolute http(s) URL without trailing slash, query or fragment; a path that is only `/v1` is
   * left out. `upstreamUrl` makes addresses of it.
   */
  readonly baseUrl: string;
  readonly type: ServerType;
  /** What the routes file says of single APIs; null: nothing, its type decides. */
  readonly speaks: ReadonlyMap<Speech, SpeechWay> | null;
  readonly apiKey: string | null;
  readonly headers: HeaderList;
  readonly maxConcurrency: number | null;
  readonly maxQueue: number;
  /** Tokens of the longest answer that translated calls may ask for; null: the server's to say. */
  readonly maxOutputTokens: number | null;
  /** Path of a PEM file with a private CA. */
  readonly ca: string | null;
  readonly insecure: boolean;
  /** URL of an outgoing HTTP proxy, which may hold a password; null: none. */
  readonly proxy: string | null;
  /** Of its models, before those that the routes file has for all servers. */
  readonly prices: readonly ModelPrice[];
  readonly overrides: PolicyOverrides;
  /** Of the routes file, counted from 1; null where it is not an entry of `servers`. */
  readonly line: number | null;
}

/** In which order an alias's instances are asked: as written, the least busy first, those that have the model loaded first. */
export type Balance = "order" | "spread" | "warm";

export interface AliasInstance {
  readonly server: Server;
  /** How many calls it takes for each that one of weight 1 takes, where calls are spread. From 1. */
  readonly weight: number;
  /** null: the alias's own name is sent. */
  readonly model: string | null;
  readonly overrides: PolicyOverrides;
}

export interface Alias {
  readonly name: string;
  readonly instances: NonEmpty<AliasInstance>;
  readonly balance: Balance;
  readonly overrides: PolicyOverrides;
  /** Of the routes file, counted from 1. */
  readonly line: number;
}

/** Exact text, or a pattern that searches; `text` is what was written, slashes included. */
export type TextMatcher =
  | { readonly kind: "exact"; readonly text: string }
  | { readonly kind: "pattern"; readonly text: string; readonly pattern: Pattern };

/** All conditions of a rule must hold; each is any-of its list. */
export interface RuleMatch {
  readonly model: readonly TextMatcher[] | null;
  readonly sourceHost: AddressMatcher | null;
  readonly path: readonly TextMatcher[] | null;
  readonly user: readonly TextMatcher[] | null;
  /** Header names are lower case. */
  readonly headers: readonly { readonly name: string; readonly values: readonly TextMatcher[] }[];
}

interface RuleParts {
  /** Counted from 1, as written. */
  readonly number: number;
  /** Line of the routes file, counted from 1. */
  readonly line: number;
  readonly match: RuleMatch;
  /** What it asks and does, in a sentence made once, so that every decision can name it. */
  readonly says: string;
  readonly overrides: PolicyOverrides;
}

/** A rule sends to a server, under the same name or another; or it only renames. */
export type Rule = RuleParts &
  (
    | { readonly server: Server; readonly model: string | null }
    | { readonly server: null; readonly model: string }
  );

/** One key of MODEL_MAP that is a pattern, in the order written. */
export interface ModelPattern {
  /** As written, between slashes. */
  readonly text: string;
  readonly pattern: Pattern;
  readonly replacement: Replacement;
}

export interface ModelMap {
  readonly exact: ReadonlyMap<string, string>;
  readonly patterns: readonly ModelPattern[];
}

/** Everything that decides where a call goes. Swapped as a whole, so that a reload never splits a call. */
export interface Routing {
  readonly modelMap: ModelMap;
  /** In the order written. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly rules: readonly Rule[];
  /** For all servers, in the order written. */
  readonly prices: readonly ModelPrice[];
  /** USD for a calendar month; null: none is named. */
  readonly monthlyBudget: number | null;
  readonly defaultServer: Server;
  readonly policy: Policy;
}
