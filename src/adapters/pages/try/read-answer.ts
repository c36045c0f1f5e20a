// A whole answer of Chat Completions, or an error, as it is shown on `/try` where no script streams it.
import { isRecord, type JsonRecord, parseJson, textMember } from "../../../domain/bytes/json.ts";
import { whole } from "../shared/format.ts";
import type { TriedAnswer } from "./answer-card.tsx";

/** @param model as it was asked for */
export async function readAnswer(response: Response, model: string): Promise<TriedAnswer> {
  const text = await response.text().catch(() => "");
  const parsed = parseJson(text);
  const body: JsonRecord = isRecord(parsed) ? parsed : {};
  const { error, choices, usage } = body;
  const [first] = Array.isArray(choices) ? (choices as readonly unknown[]) : [];
  const said = isRecord(first) && isRecord(first["message"]) ? first["message"] : {};
  const header = (name: string) => response.headers.get(name);
  const why = isRecord(error) ? textMember(error, "message") : null;
  return {
    model,
    says: response.ok ? "Done" : (why ?? `Failed with status ${response.status}`),
    failed: !response.ok,
    thinking: textMember(said, "reasoning_content") ?? textMember(said, "reasoning") ?? "",
    text: (textMember(said, "content") ?? "") + callsIn(said),
    id: header("x-request-id"),
    figures: [
      ...given("Upstream", header("x-smolrouter-upstream")),
      ...given("Attempts", header("x-smolrouter-attempts")),
      ...given("Prompt", tokens(usage, "prompt_tokens")),
      ...given("Answer", tokens(usage, "completion_tokens")),
    ],
  };
}

function callsIn(said: JsonRecord): string {
  const calls = said["tool_calls"];
  return Array.isArray(calls) ? `\n${JSON.stringify(calls, null, 2)}` : "";
}

function given(name: string, value: string | null): readonly (readonly [string, string])[] {
  return value === null ? [] : [[name, value]];
}

function tokens(usage: unknown, key: string): string | null {
  const count = isRecord(usage) ? usage[key] : null;
  return typeof count === "number" ? `${whole(count)} tokens` : null;
}
