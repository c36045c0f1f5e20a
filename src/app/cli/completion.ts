// `smolrouter completion`: scripts for shells, made from the table that help and usage lines read.
import { type CommandName, commandNames, commandTable, type Shell, shells } from "./help.ts";

/** The script of a shell; each completes commands, their flags, and files where a value is one. */
export function completionScript(shell: Shell): string {
  return scripts[shell]();
}

const scripts: Readonly<Record<Shell, () => string>> = {
  bash() {
    const cases = commandNames.map(
      (name) => `    ${name}) words="${[...flags(name), ...argumentWords(name)].join(" ")}" ;;`,
    );
    return `# bash completion of smolrouter
_smolrouter() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" words=""
  local at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in ${commandNames.join("|")}) command="\${COMP_WORDS[at]}"; break ;; esac
  done
  COMPREPLY=()
  case "$before" in
    ${valueFlags(isFile).join("|")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${valueFlags((flag) => !isFile(flag)).join("|")}) return ;;
  esac
  case "$command" in
    "") words="${[...commandNames, ...flags("serve"), "--version"].join(" ")}" ;;
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "$command" in
    ${commandNames.filter((name) => commandTable[name].argument === "file").join("|")}) COMPREPLY+=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _smolrouter smolrouter`;
  },

  zsh() {
    const quoted = (text: string) => text.replaceAll("'", "’").replaceAll(/[[\]:]/g, "\\$&");
    const spec = (name: CommandName) => [
      ...commandTable[name].flags.map(({ flag, meaning }) => {
        const { word, value } = parts(flag);
        const takes =
          value === null ? "" : `:${value.toLowerCase()}:${isFile(word) ? "_files" : ""}`;
        return `'${word}[${quoted(meaning)}]${takes}'`;
      }),
      ...(commandTable[name].argument === "file" ? ["'1:file:_files'"] : []),
      ...(commandTable[name].argument === "shell" ? [`'1:shell:(${shells.join(" ")})'`] : []),
    ];
    const cases = commandNames.map((name) => `    ${name}) _arguments ${spec(name).join(" ")} ;;`);
    const described = commandNames.map(
      (name) => `    '${name}:${quoted(commandTable[name].summary)}'`,
    );
    return `#compdef smolrouter
_smolrouter() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
    _describe command commands
    return
  fi
  local command="$words[2]"
  if [[ "$command" != -* ]]; then
    shift words
    (( CURRENT-- ))
  else
    command=serve
  fi
  case "$command" in
${cases.join("\n")}
  esac
}
if [[ "$funcstack[1]" == _smolrouter ]]; then _smolrouter "$@"; else compdef _smolrouter smolrouter; fi`;
  },

  fish() {
    const quoted = (text: string) => `'${text.replaceAll("'", "’")}'`;
    const lines = commandNames.flatMap((name) => {
      const { summary, flags: own, argument } = commandTable[name];
      const within = `__fish_seen_subcommand_from ${name}`;
      const when = quoted(name === "serve" ? `${within}; or __fish_use_subcommand` : within);
      return [
        `complete -c smolrouter -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...own.map(({ flag, meaning }) => {
          const { word, value } = parts(flag);
          const takes = value === null ? "" : isFile(word) ? " -rF" : " -x";
          return `complete -c smolrouter -n ${when} -l ${word.slice(2)}${takes} -d ${quoted(meaning)}`;
        }),
        ...(argument === "file" ? [`complete -c smolrouter -n ${when} -F`] : []),
        ...(argument === "shell"
          ? [`complete -c smolrouter -f -n ${when} -a ${quoted(shells.join(" "))}`]
          : []),
      ];
    });
    return ["# fish completion of smolrouter", ...lines].join("\n");
  },
};

/** `--port PORT` taken apart. */
function parts(flag: string): { readonly word: string; readonly value: string | null } {
  const [word = flag, value = null] = flag.split(/ (.*)/s);
  return { word, value };
}

const isFile = (flag: string): boolean => flag === "--config";

function flags(name: CommandName): readonly string[] {
  return commandTable[name].flags.map(({ flag }) => parts(flag).word);
}

/** Flags that take a value, of all commands. */
function valueFlags(fits: (flag: string) => boolean): readonly string[] {
  const all = commandNames.flatMap((name) => commandTable[name].flags.map(({ flag }) => flag));
  const words = all.flatMap((flag) => (parts(flag).value === null ? [] : [parts(flag).word]));
  return [...new Set(words)].filter(fits);
}

function argumentWords(name: CommandName): readonly string[] {
  return commandTable[name].argument === "shell" ? shells : [];
}
