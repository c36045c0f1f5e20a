// What a model of a script does, whatever agent asks it: it looks at files side by side, mends two of them side by
// side, and says so.
import { isRecord, type JsonRecord } from "../../src/domain/bytes/json.ts";

/** The model's next step; a text: its server refuses the request with these words. */
export type CoderScript = (request: CoderRequest) => CoderReply | string;

/** What of a request decides on the next step. */
export interface CoderRequest {
  readonly tools: readonly CoderTool[];
  /** How often the model has called tools so far. */
  readonly rounds: number;
}

export interface CoderTool {
  readonly name: string;
  /** Of its arguments. */
  readonly schema: unknown;
}

export interface CoderReply {
  readonly thinking: string;
  readonly text: string;
  readonly calls: readonly CoderCall[];
  /** So long nothing comes before it. */
  readonly silentMs?: number;
  /** Events of a stream that come before the server is gone for good. */
  readonly diesAfter?: number;
}

export interface CoderCall {
  readonly id: string;
  readonly name: string;
  readonly input: JsonRecord;
}

/** The files of the task. */
export interface CoderFiles {
  /** Each holds the misspelling. */
  readonly texts: readonly string[];
  /** To be looked at. */
  readonly picture: string;
}

export const misspelling = { was: "wrold", is: "world" } as const;

export const firstThought = "I have to see them first.";

/** Of a task that was done. */
export const lastWords = "Both files are mended.";

export function mendFiles(files: CoderFiles): CoderScript {
  return ({ tools, rounds }) => {
    const read = toolNamed(tools, "read");
    const edit = toolNamed(tools, "edit");
    // Agents ask for a title, too, and bring no tools for it.
    if (read === null || edit === null) return { thinking: "", text: "Mend a word", calls: [] };
    switch (rounds) {
      case 0:
        return {
          thinking: firstThought,
          text: "Let me look at the files.",
          calls: [...files.texts, files.picture].map((path, at) => ({
            id: `call_read_${at}`,
            name: read.name,
            input: { [argument(read, "filePath", "file_path")]: path },
          })),
        };
      case 1:
        return {
          thinking: "",
          text: "",
          calls: files.texts.map((path, at) => ({
            id: `call_edit_${at}`,
            name: edit.name,
            input: {
              [argument(edit, "filePath", "file_path")]: path,
              [argument(edit, "oldString", "old_string")]: misspelling.was,
              [argument(edit, "newString", "new_string")]: misspelling.is,
            },
          })),
        };
      default:
        return { thinking: "That was all.", text: lastWords, calls: [] };
    }
  };
}

function toolNamed(tools: readonly CoderTool[], name: string): CoderTool | null {
  return tools.find((tool) => tool.name.toLowerCase() === name) ?? null;
}

/** The agent's own name for an argument of its tool. */
function argument({ name, schema }: CoderTool, ...names: readonly string[]): string {
  const properties = isRecord(schema) ? schema["properties"] : undefined;
  const known = isRecord(properties) ? properties : {};
  const found = names.find((one) => known[one] !== undefined);
  if (found === undefined) throw new Error(`${name} takes none of ${names.join(", ")}`);
  return found;
}
