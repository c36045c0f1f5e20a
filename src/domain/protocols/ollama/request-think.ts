// Ollama's `think`: on, off, or how hard.
import type { JsonSource } from "../../bytes/json-source.ts";
import type { RequestDraft } from "./request-draft.ts";

/** `max` is Ollama's own; it treats it as `high` for models that know only three. */
const efforts: ReadonlyMap<string, string> = new Map([
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["max", "high"],
]);

/** @param chat whether the request goes to /v1/chat/completions */
export function translateThink(request: JsonSource, chat: boolean, draft: RequestDraft): void {
  const think = request.member("think").value;
  if (think === undefined || think === null || think === "") return;
  const effort = typeof think === "string" ? efforts.get(think) : undefined;
  if (typeof think !== "boolean" && effort === undefined) {
    draft.refuse('think must be true, false, "low", "medium", "high" or "max"');
    return;
  }
  // A completion has no template that could think.
  if (!chat) {
    draft.drop("think");
    return;
  }
  const on = think !== false;
  if (effort !== undefined) draft.set("reasoning_effort", effort, "think");
  // The two names that templates go by (Qwen and GLM; DeepSeek and Granite); llama.cpp, vLLM and
  // SGLang hand them on, and llama.cpp reads gpt-oss's effort only from here.
  if (draft.traits.extras || effort === undefined)
    draft.setExtra(
      "chat_template_kwargs",
      {
        enable_thinking: on,
        thinking: on,
        ...(effort === undefined ? {} : { reasoning_effort: effort }),
      },
      "think",
    );
}
