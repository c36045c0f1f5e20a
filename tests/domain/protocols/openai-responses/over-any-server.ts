// Rules that hold for every exchange of a Responses client's with a server of another protocol, as often as they are
// tried: what it gets is as Open Responses wants it, and the stream says what the whole answer says.
import { expect } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../../src/domain/call/endpoint.ts";
import { responsesClientCodec } from "../../../../src/domain/protocols/openai-responses/client-codec.ts";
import { messageEvents, messageStream, wholeMessage } from "../../../lab/messages-answer.ts";
import { responseFaults } from "../../../lab/open-responses.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { anyAnswer as anyMessage } from "../anthropic-messages/over-messages-rules.ts";
import { anyAnswer } from "../ollama/any-answer.ts";
import { streamOf, wholeOf } from "../ollama/over-ollama-rules.ts";
import { anyResponsesRequest } from "./any-responses-request.ts";

/** What a server says, in both of its forms. */
export interface ServedAnswer {
  readonly whole: JsonRecord;
  readonly stream: string;
}

const pieces = fc.integer({ min: 1, max: 6 });

/** Any answer of the servers of other protocols. */
export const answers: Partial<Record<ProtocolName, fc.Arbitrary<ServedAnswer>>> = {
  "openai-chat": anyAnswer
    .filter(({ kind }) => kind === "chat")
    .map(({ whole, events }) => ({ whole, stream: chatStream(events) })),
  "anthropic-messages": fc.tuple(anyMessage, pieces).map(([answer, piece]) => ({
    whole: wholeMessage(answer),
    stream: messageStream(messageEvents(answer, piece)),
  })),
  ollama: fc.tuple(anyAnswer, pieces).map(([{ said }, piece]) => ({
    whole: wholeOf(said),
    stream: streamOf(said, piece),
  })),
};

export const servers = Object.keys(answers) as readonly ProtocolName[];

const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 });
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

export type Rule = readonly [name: string, run: (server: ProtocolName, times: number) => void];

export const rules: readonly Rule[] = [
  [
    "a stream says what the whole answer says, wherever it is cut, and both are as they should be",
    (server, numRuns) =>
      check(server, numRuns, cuts, (request, { whole, stream }, lengths) => {
        const plain = asked(request, server).whole(whole);
        expect(responseFaults(plain)).toEqual([]);
        const said = asked({ ...request, stream: true }, server);
        const { response, state } = readResponseStream(said.stream(stream, lengths));
        expect(state).toBe(plain["status"] as typeof state);
        expect(response).toEqual(plain);
        expect(readResponseStream(said.wholeText(whole)).response).toEqual(plain);
        const unasked = asked(request, server).stream(stream);
        const gathered = responsesClientCodec.gather?.(new TextEncoder().encode(unasked));
        expect(gathered).toEqual({ body: expect.any(Uint8Array) });
        if (gathered !== undefined && "body" in gathered)
          expect<unknown>(JSON.parse(new TextDecoder().decode(gathered.body))).toEqual(plain);
      }),
  ],
  [
    "one that breaks anywhere ends in an error and a failed response, never properly",
    (server, numRuns) =>
      check(server, numRuns, share, (request, { stream }, of) => {
        const { endsAt, bytes } = properEnd(stream);
        const cut = bytes.subarray(0, Math.floor(of * (endsAt + 1)));
        const call = asked({ ...request, stream: true }, server);
        const said = call.stream(new TextDecoder().decode(cut), [], false);
        const error = {
          message: "gone",
          type: "server_error",
          param: null,
          code: "upstream_broken",
        };
        const { state, response } = readResponseStream(said + call.lastWords(error));
        expect(state).toBe("failed");
        expect(response["error"]).toEqual({ code: "upstream_broken", message: "gone" });
      }),
  ],
];

function check<T>(
  server: ProtocolName,
  numRuns: number,
  more: fc.Arbitrary<T>,
  holds: (request: JsonRecord, answer: ServedAnswer, more: T) => void,
): void {
  const served = answers[server];
  if (served === undefined) throw new Error(`no answers of ${server}`);
  fc.assert(fc.property(anyResponsesRequest, served, more, holds), { numRuns });
}

function asked(request: JsonRecord, server: ProtocolName) {
  return translatedCall("/v1/responses", { model: "m", ...request }, server);
}

function chatStream(events: readonly (JsonRecord | "[DONE]")[]): string {
  return events
    .map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)
    .join("");
}

/** Where the event begins with which it may end. */
function properEnd(stream: string): { readonly endsAt: number; readonly bytes: Uint8Array } {
  const marks = [/data: [^\n]*"finish_reason":"/, /event: message_stop/, /\{[^\n]*"done":true/];
  const at = Math.min(...marks.map((mark) => stream.search(mark)).filter((place) => place >= 0));
  const encoder = new TextEncoder();
  return { endsAt: encoder.encode(stream.slice(0, at)).length, bytes: encoder.encode(stream) };
}
