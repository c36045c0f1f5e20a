// `${VAR}` in a configuration file's text.

/** The environment, read once at start. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Puts variables' values in place of `${VAR}`; `$${` stands for a literal `${`.
 * @returns the text, and whether any of it came from the environment and so may be secret; or a
 *   problem in words, which names variables, never values
 */
export function substituteVariables(
  text: string,
  env: Environment,
): { readonly text: string; readonly fromEnvironment: boolean } | { readonly problem: string } {
  if (!text.includes("${")) return { text, fromEnvironment: false };
  let out = "";
  let at = 0;
  let fromEnvironment = false;
  for (let start = text.indexOf("${"); start !== -1; start = text.indexOf("${", at)) {
    if (text[start - 1] === "$") {
      out += `${text.slice(at, start - 1)}\${`;
      at = start + 2;
      continue;
    }
    const name = /^\$\{([A-Za-z_]\w*)\}/.exec(text.slice(start))?.[1];
    if (name === undefined)
      return {
        problem: `"\${" must begin a variable such as \${HOSTED_KEY}; write "$\${" for the text itself`,
      };
    const value = env[name];
    if (value === undefined || value.trim() === "")
      return {
        problem: `the environment variable ${name} is ${value === undefined ? "not set" : "blank"}`,
      };
    out += text.slice(at, start) + value.trim();
    at = start + name.length + 3;
    fromEnvironment = true;
  }
  return { text: out + text.slice(at), fromEnvironment };
}
