// The tools that a request to Responses declares, wherever it does: in its own list, in namespaces, and in items of its input.
import { textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";

export interface DeclaredTool {
  readonly source: JsonSource;
  readonly type: string;
  /** null: it is declared in none, or is one itself. */
  readonly namespace: string | null;
  /** By which a refusal names it: `tools[0]`. */
  readonly named: string;
}

/** Items of the input that bring tools with them. */
const bringing: ReadonlySet<unknown> = new Set(["additional_tools", "tool_search_output"]);

/** A namespace stands before its tools. @param request an object */
export function declaredTools(request: JsonSource): readonly DeclaredTool[] {
  const own = toolsOf(request.member("tools"), "tools", null);
  const brought = request
    .member("input")
    .items()
    .flatMap((item, index) =>
      bringing.has(item.record["type"])
        ? toolsOf(item.member("tools"), `input[${index}].tools`, null)
        : [],
    );
  return [...own, ...brought];
}

function toolsOf(
  list: JsonSource,
  named: string,
  namespace: string | null,
): readonly DeclaredTool[] {
  return list.items().flatMap((source, index): readonly DeclaredTool[] => {
    const place = `${named}[${index}]`;
    const type = textMember(source.record, "type") ?? "function";
    const tool = { source, type, namespace, named: place };
    if (type !== "namespace" || namespace !== null) return [tool];
    const name = textMember(source.record, "name");
    return [tool, ...toolsOf(source.member("tools"), `${place}.tools`, name)];
  });
}

/** The form in which a client wants a tool called. */
export interface ToolForm {
  readonly custom: boolean;
  readonly name: string;
  readonly namespace: string | null;
}

/** A tool's name as servers know it, which have no namespaces. */
export function flatName(namespace: string | null, name: string): string {
  return namespace === null || namespace === "" ? name : `${namespace}__${name}`;
}

/** The forms of a request's tools by the names that servers know them by; those that need none are left out. */
export function toolForms(request: JsonSource): ReadonlyMap<string, ToolForm> {
  const forms = new Map<string, ToolForm>();
  for (const { source, type, namespace } of declaredTools(request)) {
    const name = textMember(source.record, "name");
    const custom = type === "custom";
    if (name !== null && (custom || namespace !== null))
      forms.set(flatName(namespace, name), { custom, name, namespace });
  }
  return forms;
}
