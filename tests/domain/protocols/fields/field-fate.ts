// What becomes of one field of a request on its way to a server of another protocol, found by sending it through the
// router's own codecs with the field and without it.
import { isRecord, type JsonRecord, parseJsonBytes } from "../../../../src/domain/bytes/json.ts";
import type { IncomingCall } from "../../../../src/domain/call/incoming-call.ts";
import { bridgeFor } from "../../../../src/domain/protocols/choose-bridge.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import type { Target } from "../../../../src/domain/routing/plan.ts";
import type { ServerType, Speech } from "../../../../src/domain/routing/types.ts";
import { bridgeDeps } from "../../../lab/bridge-deps.ts";

/** A request's way: the path that the client asks, and the server that gets it. */
export interface Route {
  readonly path: string;
  readonly type: ServerType;
  readonly url: string;
  /** All that the server speaks; absent: what its type says, chats where it is asked in Messages. */
  readonly speaks?: Speech;
}

/** A field in a request that has everything else it needs. */
export interface Sample {
  /** The type that has the members. */
  readonly of: string;
  /** What it is, for the documentation. */
  readonly what: string;
  /** Members of the type, each of which asks for something. */
  readonly holds: JsonRecord;
  /** Members that cannot stand beside the others: each by itself. */
  readonly alone?: JsonRecord;
  /** The request around it; null: one that lacks it. */
  readonly in: (holds: JsonRecord | null) => JsonRecord;
  /** Other values of members that cannot be left out, where it is not plain what these are. */
  readonly others?: JsonRecord;
  /** Members that no server gets: what the router does about them itself. */
  readonly own?: Readonly<Record<string, string>>;
  /** Members that ask a server for nothing, and why. */
  readonly quiet?: Readonly<Record<string, string>>;
}

export type Fate =
  /** It is heeded; where it stands upstream. */
  | { readonly kind: "carried"; readonly to: readonly string[] }
  /** It is named in what was dropped, and heeded in part where it stands anywhere. */
  | { readonly kind: "named"; readonly as: readonly string[]; readonly to: readonly string[] }
  /** The server cannot serve the request, or no server could. */
  | { readonly kind: "refused"; readonly why: string }
  /** It changes nothing and is named nowhere. */
  | { readonly kind: "silent" };

/** @param key a member of the sample */
export function fateOf(sample: Sample, key: string, route: Route): Fate {
  const { in: around, alone = {} } = sample;
  const holds = key in alone ? { [key]: alone[key] } : sample.holds;
  const whole = send(around(holds), route);
  if (typeof whole === "string") return { kind: "refused", why: whole };
  const { [key]: value, ...rest } = holds;
  const another = sample.others?.[key];
  const without = another === undefined ? send(around(rest), route) : "required";
  if (typeof without !== "string") return difference(without, whole);
  // What is required makes a difference by its value, or by the whole of which it is a part.
  for (const variant of [{ ...holds, [key]: another ?? other(value) }, null]) {
    const varied = send(around(variant), route);
    const fate = typeof varied === "string" ? silent : difference(varied, whole);
    if (fate.kind !== "silent") return fate;
  }
  return silent;
}

const silent: Fate = { kind: "silent" };

interface Sent {
  readonly body: JsonRecord;
  readonly dropped: readonly string[];
}

function difference(without: Sent, whole: Sent): Fate {
  const as = whole.dropped.filter((path) => !without.dropped.includes(path));
  const to = changed(without.body, whole.body);
  if (as.length > 0) return { kind: "named", as, to };
  return to.length > 0 ? { kind: "carried", to } : silent;
}

function other(value: unknown): unknown {
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "number") return value + 1;
  return typeof value === "boolean" ? !value : value;
}

/** All members of a sample. */
export function membersOf({ holds, alone = {} }: Sample): readonly string[] {
  return [...Object.keys(holds), ...Object.keys(alone)];
}

/** What the server gets; a text says why it does not. */
export function send(request: JsonRecord, { path, type, url, speaks }: Route): Sent | string {
  const given = { model: "m", ...request };
  const body = new TextEncoder().encode(JSON.stringify(given));
  const endpoint = endpointOf("POST", path);
  const call = {
    headers: [],
    id: "0199-call",
    endpoint,
    path,
    body,
    json: () => given as JsonRecord,
    model: "m",
    wantsStream: false,
  } as unknown as IncomingCall;
  const server = { name: "s", type, baseUrl: url, speaks: waysOf(type, speaks) };
  const policy = { disableThinking: false, stripThinking: "keep", stripJsonMarkdown: false };
  const target = { server, model: "m", policy } as unknown as Target;
  const { body: sent, dropped, instead, cannot } = bridgeFor(call, target, bridgeDeps());
  if (cannot !== null) return `cannot: ${cannot}`;
  if (instead !== null) return new TextDecoder().decode(instead.body);
  return { body: parseJsonBytes(sent ?? new Uint8Array(0)) as JsonRecord, dropped };
}

function waysOf(type: ServerType, speaks: Speech | undefined): ReadonlyMap<string, string> | null {
  if (speaks === undefined) return speaksOnly[type];
  const all: readonly Speech[] = ["chat", "responses", "messages"];
  return new Map(all.map((speech) => [speech, speech === speaks ? "native" : "translate"]));
}

const speaksOnly: Readonly<Record<ServerType, ReadonlyMap<string, string> | null>> = {
  openai: new Map([
    ["chat", "native"],
    ["messages", "translate"],
    ["responses", "translate"],
  ]),
  ollama: null,
  anthropic: null,
};

/** The places at which two requests differ; the items of a list have no step of their own. */
function changed(before: JsonRecord, after: JsonRecord): readonly string[] {
  const old = leaves(before);
  const places = leaves(after);
  const all = new Set([...old.keys(), ...places.keys()]);
  return [...all].filter((place) => old.get(place) !== places.get(place));
}

/** The values at each place, as one text. */
function leaves(value: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (held: unknown, place: string): void => {
    if (Array.isArray(held)) for (const item of held as readonly unknown[]) visit(item, place);
    else if (isRecord(held) && Object.keys(held).length > 0 && !isSchema(place))
      for (const [key, member] of Object.entries(held))
        visit(member, place === "" ? key : `${place}.${key}`);
    else found.set(place, `${found.get(place) ?? ""}\n${JSON.stringify(held)}`);
  };
  visit(value, "");
  return found;
}

/** Whose members are the client's own. */
function isSchema(place: string): boolean {
  return /(^|\.)(parameters|schema|input_schema|input|arguments)$/.test(place);
}
