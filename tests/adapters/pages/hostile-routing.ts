// A routing and a server with the same text wherever a configuration or a server could put one.
import type { Routing, Server } from "../../../src/domain/routing/types.ts";
import type { UpstreamState } from "../../../src/ports/browse.ts";
import { routingOf } from "../../lab/routing-of.ts";
import { sampleUpstream } from "./sample.ts";

export function hostileRouting(text: string): Routing {
  const plain = routingOf("");
  const overrides = { stopOn: [text] };
  const prices = [
    { model: { kind: "exact", text } as const, price: { input: 1, cached: null, output: 2 } },
  ];
  const server: Server = {
    ...plain.defaultServer,
    name: text,
    baseUrl: text,
    apiKey: text,
    headers: [[text, text]],
    ca: text,
    prices,
    overrides,
    line: 1,
  };
  const exact = { kind: "exact", text } as const;
  const match = {
    model: [exact],
    sourceHost: null,
    path: [exact],
    user: [exact],
    headers: [{ name: text, values: [exact] }],
  };
  return {
    ...plain,
    modelMap: { exact: new Map([[text, text]]), patterns: [] },
    servers: new Map([[text, server]]),
    aliases: new Map([
      [
        text,
        {
          name: text,
          instances: [{ server, model: text, weight: 1, overrides }],
          balance: "order",
          overrides,
          line: 1,
        },
      ],
    ]),
    rules: [{ number: 1, line: 1, match, says: text, overrides, server, model: text }],
    prices,
    policy: { ...plain.policy, stopOn: [text] },
  };
}

export function hostileUpstream(text: string): UpstreamState {
  return sampleUpstream({
    name: text,
    url: text,
    state: "resting",
    failures: 3,
    last_error: text,
    rests_until: "2026-03-12T16:00:20.000Z",
    models: [text],
    models_state: "answered",
    models_error: text,
    model_aliases: { [text]: text },
    loaded: [{ name: text, state: "loaded", size: 1, until: null }],
    loadable: [text],
    wishes: [{ model: text, wish: "load", since: "2026-03-12T16:00:00.000Z", error: text }],
  });
}
