// OTLP's traces in JSON (opentelemetry-proto, trace/v1; protobuf's JSON mapping but for ids in hex), to the
// letter: a collector may refuse a whole batch for one field that it does not know or cannot read.
import { type Static, type TProperties, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const message = <Fields extends TProperties>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false });
const id = (bytes: number) => Type.String({ pattern: `^(?!0+$)[0-9a-f]{${bytes * 2}}$` });
/** 64 bits as decimal text. */
const fixed64 = Type.String({ pattern: "^[1-9][0-9]{0,19}$" });
const int64 = Type.String({ pattern: "^(0|-?[1-9][0-9]{0,18})$" });
const uint32 = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });

const anyValue = Type.Union([
  message({ stringValue: Type.String() }),
  message({ boolValue: Type.Boolean() }),
  message({ intValue: int64 }),
  message({ doubleValue: Type.Number() }),
]);
const attributes = Type.Array(message({ key: Type.String({ minLength: 1 }), value: anyValue }));

const span = message({
  traceId: id(16),
  spanId: id(8),
  traceState: Type.Optional(Type.String()),
  parentSpanId: Type.Optional(id(8)),
  flags: Type.Optional(uint32),
  name: Type.String({ minLength: 1 }),
  kind: Type.Integer({ minimum: 1, maximum: 5 }),
  startTimeUnixNano: fixed64,
  endTimeUnixNano: fixed64,
  attributes,
  status: message({
    message: Type.Optional(Type.String()),
    code: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
  }),
});

const scope = message({ name: Type.String({ minLength: 1 }), version: Type.String() });

const exportTraceRequest = message({
  resourceSpans: Type.Array(
    message({
      resource: message({ attributes }),
      scopeSpans: Type.Array(message({ scope, spans: Type.Array(span, { minItems: 1 }) }), {
        minItems: 1,
      }),
    }),
    { minItems: 1 },
  ),
});

export type SpanJson = Static<typeof span>;

/** The spans of a request's body. @throws what a strict collector would say against it */
export function readTraces(body: string): readonly SpanJson[] {
  const parsed: unknown = JSON.parse(body);
  const fault = Value.Errors(exportTraceRequest, parsed).First();
  if (fault !== undefined) throw new Error(`${fault.path}: ${fault.message}`);
  const { resourceSpans } = parsed as Static<typeof exportTraceRequest>;
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans));
  for (const one of spans) {
    const keys = one.attributes.map(({ key }) => key);
    if (new Set(keys).size < keys.length) throw new Error(`${one.name}: a key stands twice`);
    if (BigInt(one.endTimeUnixNano) < BigInt(one.startTimeUnixNano))
      throw new Error(`${one.name}: it ends before it begins`);
    if (!JSON.stringify(one).isWellFormed() || /\\ud[89a-f]/.test(JSON.stringify(one)))
      throw new Error(`${one.name}: text that UTF-8 cannot hold`);
  }
  return spans;
}
