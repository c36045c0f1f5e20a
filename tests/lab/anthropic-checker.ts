// What Anthropic's API refuses of a request, in its own words, as far as a translation can go wrong.
import { isRecord, type JsonRecord } from "../../src/domain/bytes/json.ts";

/** What not every request may hold. */
export interface Takes {
  /** Named in `anthropic-beta`: fields that need one are refused without it. */
  readonly betas: ReadonlySet<string>;
  /** Newer models take messages of the system's within the conversation. */
  readonly inlineSystem: boolean;
}

const usual: Takes = { betas: new Set(), inlineSystem: false };

/**
 * @param body of a request to /v1/messages
 * @param signatures those that the server has given out; thinking comes back with one of them only
 * @returns the message of the 400; null where the request is fine
 */
export function anthropicRefusal(
  body: unknown,
  signatures: ReadonlySet<string> = new Set(),
  takes: Takes = usual,
): string | null {
  try {
    checkRequest(body, signatures, takes);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

class Refusal extends Error {}

function refuse(message: string): never {
  throw new Refusal(message);
}

/** Refuses members that are not known, and the absence of those that are required (with a `!`). */
function members(record: JsonRecord, place: string, known: string): void {
  const names = known.split(" ");
  for (const name of names)
    if (name.endsWith("!") && record[name.slice(0, -1)] === undefined)
      refuse(`${place}${name.slice(0, -1)}: Field required`);
  const plain = new Set(names.map((name) => name.replace("!", "")));
  for (const key of Object.keys(record))
    if (!plain.has(key)) refuse(`${place}${key}: Extra inputs are not permitted`);
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(`${place}: Input should be a valid list`);
  return value;
}

function recordOf(value: unknown, place: string): JsonRecord {
  if (!isRecord(value)) refuse(`${place}: Input should be a valid dictionary`);
  return value;
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== "string") refuse(`${place}: Input should be a valid string`);
  return value;
}

function checkRequest(body: unknown, signatures: ReadonlySet<string>, takes: Takes): void {
  const request = recordOf(body, "body");
  members(
    request,
    "",
    "model! max_tokens! messages! system tools tool_choice stream stop_sequences temperature top_p " +
      "top_k thinking output_config metadata service_tier" +
      (takes.betas.has("context-management-2025-06-27") ? " context_management" : ""),
  );
  const limit = request["max_tokens"];
  if (typeof limit !== "number" || !Number.isInteger(limit))
    refuse("max_tokens: Input should be a valid integer");
  if (limit < 1) refuse("max_tokens: Input should be greater than or equal to 1");
  checkSampling(request);
  checkTools(request);
  checkFormat(request["output_config"]);
  if (request["metadata"] !== undefined)
    members(recordOf(request["metadata"], "metadata"), "metadata.", "user_id");
  const system = request["system"];
  if (system !== undefined && typeof system !== "string")
    for (const [at, block] of listOf(system, "system").entries())
      checkText(recordOf(block, `system.${at}`), `system.${at}.`, "system");
  const conversation = new Conversation(signatures, takes);
  const messages = listOf(request["messages"], "messages");
  if (messages.length === 0) refuse("messages: at least one message is required");
  for (const [at, message] of messages.entries())
    conversation.take(recordOf(message, `messages.${at}`), at, at === messages.length - 1);
  conversation.close();
  checkThought(request["thinking"], messages);
  if (conversation.calls && request["tools"] === undefined)
    refuse("Requests which include `tool_use` or `tool_result` blocks must define tools");
}

/** Where thinking has a budget, results of calls come with the thinking that led to them. */
function checkThought(thinking: unknown, messages: readonly unknown[]): void {
  if (!isRecord(thinking) || thinking["type"] !== "enabled") return;
  const at = messages.findLastIndex((one) => isRecord(one) && one["role"] === "assistant");
  const last = messages[at];
  const content = isRecord(last) && Array.isArray(last["content"]) ? last["content"] : [];
  const types = (content as readonly unknown[]).filter(isRecord).map(({ type }) => type);
  if (types.includes("tool_use") && types[0] !== "thinking" && types[0] !== "redacted_thinking")
    refuse(
      `messages.${at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(types[0])}\`. ` +
        "When `thinking` is enabled, a final `assistant` message must start with a thinking block " +
        "(preceeding the lastmost set of `tool_use` and `tool_result` blocks).",
    );
}

function checkSampling(request: JsonRecord): void {
  const { temperature, top_p: topP, top_k: topK, thinking, stop_sequences: stops } = request;
  if (temperature !== undefined) {
    if (typeof temperature !== "number") refuse("temperature: Input should be a valid number");
    if (temperature < 0 || temperature > 1) refuse("temperature: range: 0..1");
    if (topP !== undefined)
      refuse(
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
      );
  }
  for (const [at, stop] of (stops === undefined ? [] : listOf(stops, "stop_sequences")).entries())
    if (textOf(stop, `stop_sequences.${at}`).trim() === "")
      refuse("stop_sequences: each stop sequence must contain non-whitespace");
  if (!isRecord(thinking) || thinking["type"] === "disabled") return;
  members(thinking, "thinking.", "type! budget_tokens display");
  if (thinking["type"] !== "adaptive" && thinking["type"] !== "enabled")
    refuse("thinking.type: Input should be 'disabled', 'enabled' or 'adaptive'");
  if (temperature !== undefined && temperature !== 1)
    refuse("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.");
  if (topK !== undefined)
    refuse("`top_k` must be unset when thinking is enabled or in adaptive mode.");
  const choice = request["tool_choice"];
  if (isRecord(choice) && (choice["type"] === "any" || choice["type"] === "tool"))
    refuse("Thinking may not be enabled when tool_choice forces tool use.");
}

const efforts: readonly unknown[] = ["low", "medium", "high", "xhigh", "max"];

function checkFormat(given: unknown): void {
  if (given === undefined) return;
  const output = recordOf(given, "output_config");
  members(output, "output_config.", "effort format");
  if (output["effort"] !== undefined && !efforts.includes(output["effort"]))
    refuse("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  if (output["format"] === undefined) return;
  const format = recordOf(output["format"], "output_config.format");
  members(format, "output_config.format.", "type! schema!");
  checkClosed(format["schema"]);
}

function checkClosed(schema: unknown): void {
  if (Array.isArray(schema)) for (const item of schema as readonly unknown[]) checkClosed(item);
  if (!isRecord(schema)) return;
  if (schema["type"] === "object" && schema["additionalProperties"] !== false)
    refuse(
      "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    );
  for (const [key, member] of Object.entries(schema))
    if (!["const", "enum", "default", "examples"].includes(key)) checkClosed(member);
}

const namePattern = /^[a-zA-Z0-9_-]{1,128}$/;

function checkTools({ tools, tool_choice: choice }: JsonRecord): void {
  const names = new Set<string>();
  for (const [at, given] of (tools === undefined ? [] : listOf(tools, "tools")).entries()) {
    const tool = recordOf(given, `tools.${at}`);
    members(
      tool,
      `tools.${at}.custom.`,
      "type name! description input_schema! strict cache_control defer_loading allowed_callers " +
        "eager_input_streaming input_examples",
    );
    const name = textOf(tool["name"], `tools.${at}.custom.name`);
    if (!namePattern.test(name))
      refuse(`tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    if (names.has(name)) refuse("tools: Tool names must be unique.");
    names.add(name);
    const schema = recordOf(tool["input_schema"], `tools.${at}.custom.input_schema`);
    if (schema["type"] !== "object")
      refuse(`tools.${at}.custom.input_schema.type: Input should be 'object'`);
  }
  if (choice === undefined) return;
  if (names.size === 0) refuse("tool_choice: may only be specified while providing tools");
  const chosen = recordOf(choice, "tool_choice");
  members(chosen, "tool_choice.", "type! name disable_parallel_tool_use");
  if (chosen["type"] === "tool" && !names.has(textOf(chosen["name"], "tool_choice.tool.name")))
    refuse(`tool_choice: tool '${String(chosen["name"])}' not found in provided tools`);
}

function checkText(block: JsonRecord, place: string, what: string): void {
  members(block, place, "type! text! cache_control citations");
  const text = textOf(block["text"], `${place}text`);
  if (text === "") refuse(`${what}: text content blocks must be non-empty`);
  if (text.trim() === "") refuse(`${what}: text content blocks must contain non-whitespace text`);
}

const idPattern = /^[a-zA-Z0-9_-]+$/;
const pictures: readonly unknown[] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** Turns that alternate, and calls that are answered at once. */
class Conversation {
  readonly #signatures: ReadonlySet<string>;
  readonly #takes: Takes;
  readonly #used = new Set<string>();
  #open: readonly string[] = [];
  #openAt = 0;
  #role: unknown = null;
  calls = false;

  constructor(signatures: ReadonlySet<string>, takes: Takes) {
    this.#signatures = signatures;
    this.#takes = takes;
  }

  take(message: JsonRecord, at: number, last: boolean): void {
    const place = `messages.${at}`;
    const { role, content } = message;
    if (role === "system" && this.#takes.inlineSystem) {
      if (this.#open.length > 0) this.#unanswered();
      this.#instruction(message, place);
      return;
    }
    members(message, `${place}.`, "role! content!");
    if (role !== "user" && role !== "assistant")
      refuse(`${place}.role: Input should be 'user' or 'assistant'`);
    if (role === this.#role)
      refuse(
        `messages: roles must alternate between "user" and "assistant", but found multiple "${role}" roles in a row`,
      );
    this.#role = role;
    const blocks =
      typeof content === "string"
        ? content === ""
          ? []
          : [{ type: "text", text: content }]
        : listOf(content, `${place}.content`).map((block, index) =>
            recordOf(block, `${place}.content.${index}`),
          );
    if (blocks.length === 0 && !(last && role === "assistant"))
      refuse(
        `${place}: all messages must have non-empty content except for the optional final assistant message`,
      );
    if (role === "user") this.#user(blocks, at);
    else this.#assistant(blocks, at, last);
  }

  #instruction(message: JsonRecord, place: string): void {
    const { betas } = this.#takes;
    const turnwise = betas.has("per-turn-control-2026-07-01");
    members(message, `${place}.`, turnwise ? "role! content output_config" : "role! content!");
    const { content = [] } = message;
    if (typeof content === "string") return;
    const changes = betas.has("mid-conversation-tool-changes-2026-07-01");
    for (const [at, held] of (content as readonly unknown[]).entries()) {
      const block = recordOf(held, `${place}.content.${at}`);
      const where = `${place}.content.${at}.${String(block["type"])}.`;
      if (changes && (block["type"] === "tool_addition" || block["type"] === "tool_removal"))
        members(block, where, "type! tool! cache_control");
      else checkText(block, where, "messages");
    }
  }

  close(): void {
    if (this.#open.length > 0) this.#unanswered();
  }

  #unanswered(): never {
    refuse(
      `messages.${this.#openAt}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
        `${this.#open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
  }

  #user(blocks: readonly JsonRecord[], at: number): void {
    const answered = new Set<string>();
    let said = false;
    for (const [index, block] of blocks.entries()) {
      const place = `messages.${at}.content.${index}`;
      if (block["type"] !== "tool_result") {
        said = true;
        this.#shown(block, place);
        continue;
      }
      this.calls = true;
      members(block, `${place}.tool_result.`, "type! tool_use_id! content is_error cache_control");
      const id = textOf(block["tool_use_id"], `${place}.tool_result.tool_use_id`);
      if (!this.#open.includes(id))
        refuse(
          `${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. ` +
            "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
        );
      if (said) this.#unanswered();
      if (answered.has(id))
        refuse(
          `${place}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
        );
      answered.add(id);
      const { content } = block;
      if (content !== undefined && typeof content !== "string")
        for (const [part, held] of listOf(content, `${place}.tool_result.content`).entries())
          this.#shown(recordOf(held, place), `${place}.tool_result.content.${part}`);
    }
    this.#open = this.#open.filter((id) => !answered.has(id));
    if (this.#open.length > 0) this.#unanswered();
  }

  /** Text, a picture, a document, or the name of a tool that was found. */
  #shown(block: JsonRecord, place: string): void {
    switch (block["type"]) {
      case "tool_reference":
        members(block, `${place}.tool_reference.`, "type! tool_name! cache_control");
        return;
      case "text":
        checkText(block, `${place}.text.`, "messages");
        return;
      case "image": {
        members(block, `${place}.image.`, "type! source! cache_control");
        const source = recordOf(block["source"], `${place}.image.source`);
        if (source["type"] === "base64" && !pictures.includes(source["media_type"]))
          refuse(
            `${place}.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`,
          );
        this.#source(source, `${place}.image.source.`);
        return;
      }
      case "document": {
        members(block, `${place}.document.`, "type! source! title context citations cache_control");
        const source = recordOf(block["source"], `${place}.document.source`);
        if (source["type"] === "base64" && source["media_type"] !== "application/pdf")
          refuse(`${place}.document.source.base64.media_type: Input should be 'application/pdf'`);
        this.#source(source, `${place}.document.source.`);
        return;
      }
      default:
        refuse(
          `${place}: Input tag '${String(block["type"])}' found using 'type' does not match any of the expected tags`,
        );
    }
  }

  #source(source: JsonRecord, place: string): void {
    switch (source["type"]) {
      case "base64":
        members(source, place, "type! media_type! data!");
        if (!/^[A-Za-z0-9+/]+={0,2}$/.test(textOf(source["data"], `${place}base64`)))
          refuse(`${place}base64: invalid base64 data`);
        return;
      case "url":
        members(source, place, "type! url!");
        return;
      case "text":
        members(source, place, "type! media_type! data!");
        return;
      default:
        refuse(`${place}type: Input should be 'base64', 'url' or 'text'`);
    }
  }

  #assistant(blocks: readonly JsonRecord[], at: number, last: boolean): void {
    const open: string[] = [];
    for (const [index, block] of blocks.entries()) {
      const place = `messages.${at}.content.${index}`;
      switch (block["type"]) {
        case "text":
          checkText(block, `${place}.text.`, "messages");
          if (last && index === blocks.length - 1 && /\s$/.test(String(block["text"])))
            refuse("messages: final assistant content cannot end with trailing whitespace");
          break;
        case "thinking":
          members(block, `${place}.thinking.`, "type! thinking! signature!");
          if (!this.#signatures.has(textOf(block["signature"], `${place}.thinking.signature`)))
            refuse(`${place}: Invalid \`signature\` in \`thinking\` block`);
          break;
        case "redacted_thinking":
          members(block, `${place}.redacted_thinking.`, "type! data!");
          if (!this.#signatures.has(textOf(block["data"], `${place}.redacted_thinking.data`)))
            refuse(`${place}: Invalid \`data\` in \`redacted_thinking\` block`);
          break;
        case "tool_use": {
          this.calls = true;
          members(block, `${place}.tool_use.`, "type! id! name! input! cache_control");
          const id = textOf(block["id"], `${place}.tool_use.id`);
          if (!idPattern.test(id))
            refuse(`${place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
          if (this.#used.has(id)) refuse("messages: `tool_use` ids must be unique");
          this.#used.add(id);
          recordOf(block["input"], `${place}.tool_use.input`);
          open.push(id);
          break;
        }
        default:
          refuse(
            `${place}: Input tag '${String(block["type"])}' found using 'type' does not match any of the expected tags`,
          );
      }
    }
    this.#open = open;
    this.#openAt = at;
  }
}
