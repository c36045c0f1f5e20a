// The tools of Anthropic's own that the client runs: their models know them by type, all others need
// their schema (Anthropic's tool reference).
import { jsonText, RawJson, type WrittenObject } from "../../bytes/json-written.ts";

interface TypedTool {
  readonly description: string;
  readonly parameters: RawJson;
}

const text = { type: "string" } as const;
const whole = { type: "integer" } as const;
const range = {
  type: "array",
  items: whole,
  description: "The first and the last line to show; -1 is the end of the file.",
} as const;

function tool(
  description: string,
  properties: WrittenObject,
  required: readonly string[],
): TypedTool {
  const schema = { type: "object", properties, required };
  return { description, parameters: new RawJson(jsonText(schema)) };
}

const bash = tool(
  "Runs a command in a shell that keeps its state from call to call.",
  {
    command: { ...text, description: "The command to run; needed unless the shell is restarted." },
    restart: { type: "boolean", description: "Starts the shell anew." },
  },
  [],
);

function editor(commands: readonly string[], inserted: string): TypedTool {
  return tool(
    "Shows, creates and edits files.",
    {
      command: { ...text, enum: commands },
      path: { ...text, description: "Of the file or folder." },
      file_text: { ...text, description: "For create: what the file shall hold." },
      old_str: {
        ...text,
        description: "For str_replace: the text to replace, which must occur once.",
      },
      new_str: { ...text, description: "For str_replace: the text to put in its place." },
      insert_line: {
        ...whole,
        description: "For insert: the line after which to insert; 0 is the start.",
      },
      [inserted]: { ...text, description: "The text to put in." },
      view_range: range,
    },
    ["command", "path"],
  );
}

const edits = ["view", "create", "str_replace", "insert"];
const undoingEditor = editor([...edits, "undo_edit"], "new_str");

const memory = tool(
  "Keeps notes in files below /memories, from one conversation to the next.",
  {
    command: { ...text, enum: [...edits, "delete", "rename"] },
    path: text,
    view_range: range,
    file_text: { ...text, description: "For create." },
    old_str: { ...text, description: "For str_replace." },
    new_str: { ...text, description: "For str_replace." },
    insert_line: { ...whole, description: "For insert: the line after which to insert." },
    insert_text: { ...text, description: "For insert." },
    old_path: { ...text, description: "For rename." },
    new_path: { ...text, description: "For rename." },
  },
  ["command"],
);

const point = { type: "array", items: whole, description: "x and y, in pixels." } as const;
const pointing = ["mouse_move", "left_click", "left_click_drag", "right_click", "middle_click"];
const actions = ["key", "type", ...pointing, "double_click", "screenshot", "cursor_position"];
const laterActions = [
  "left_mouse_down",
  "left_mouse_up",
  "scroll",
  "hold_key",
  "wait",
  "triple_click",
];

function computer(commands: readonly string[]): TypedTool {
  return tool(
    "Uses the screen, the mouse and the keyboard of a computer.",
    {
      action: { ...text, enum: commands },
      coordinate: point,
      start_coordinate: point,
      text: { ...text, description: "The text to type, or the keys to press." },
      scroll_direction: { ...text, enum: ["up", "down", "left", "right"] },
      scroll_amount: whole,
      duration: { type: "number", description: "In seconds." },
      region: {
        type: "array",
        items: whole,
        description: "For zoom: x0, y0, x1 and y1, in pixels.",
      },
    },
    ["action"],
  );
}

const tools: ReadonlyMap<string, TypedTool> = new Map([
  ["bash_20241022", bash],
  ["bash_20250124", bash],
  ["text_editor_20241022", undoingEditor],
  ["text_editor_20250124", undoingEditor],
  ["text_editor_20250429", editor(edits, "new_str")],
  ["text_editor_20250728", editor(edits, "insert_text")],
  ["memory_20250818", memory],
  ["computer_20241022", computer(actions)],
  ["computer_20250124", computer([...actions, ...laterActions])],
  ["computer_20251124", computer([...actions, ...laterActions, "zoom"])],
]);

/** What a typed tool does and takes; null where the client does not run it, or nobody knows it. */
export function typedTool(type: string): TypedTool | null {
  return tools.get(type) ?? null;
}
