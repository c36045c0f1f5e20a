// Where model servers usually listen on the machine they run on, and the routes file that fits what was found.
import { parseServerUrl } from "./server-url.ts";
import { visibleText } from "../bytes/visible-text.ts";
import { plainServer } from "../routing/plain-server.ts";
import type { Server } from "../routing/types.ts";

export interface LocalServer {
  readonly server: Server;
  /** The program that has this port by default. */
  readonly program: string;
}

export interface FoundServer extends LocalServer {
  /** By name. */
  readonly models: readonly string[];
}

/** Default ports, from each program's own documentation. */
const usual: readonly (readonly [name: string, program: string, port: number])[] = [
  ["ollama", "Ollama", 11434],
  ["lmstudio", "LM Studio", 1234],
  ["llamacpp", "llama.cpp", 8080],
  ["vllm", "vLLM", 8000],
  ["sglang", "SGLang", 30000],
];

/** All that `smolrouter init` looks for; on loopback only. */
export const localServers: readonly LocalServer[] = usual.flatMap(([name, program, port]) => {
  const url = parseServerUrl(`http://127.0.0.1:${port}`);
  return "problem" in url ? [] : [{ program, server: plainServer(name, url) }];
});

const listed = 6;

/** A routes file with the servers that were found; where none was, one that shows by comments how it is done. */
export function firstRoutesFile(found: readonly FoundServer[]): string {
  const servers =
    found.length === 0
      ? [
          "#servers:",
          '#  my-server: "http://127.0.0.1:8000"',
          '#  my-ollama: "http://127.0.0.1:11434"',
        ]
      : ["servers:", ...found.flatMap(serverLines)];
  const { instances, model } = sample(found);
  return `# Servers, aliases and rules of SmolRouter. The file is watched: a valid change is in force within
# 2 seconds, without a restart; \`smolrouter check\` shows what is wrong with it, and
# \`smolrouter explain NAME\` where a request would go.

# Every server's models can be asked for by their bare name, or as server/model.
${servers.join("\n")}
# A hosted API wants a key; type says which API it speaks (openai, ollama or anthropic).
#  claude: { url: "https://api.anthropic.com", type: anthropic, api_key: "\${ANTHROPIC_API_KEY}" }

# A friendly name for models that stand in for each other, tried in this order until one answers.
#aliases:
#  assistant:
#    instances:
${instances.map((instance) => `#      - ${JSON.stringify(instance)}`).join("\n")}

# Rules, top to bottom, the first match wins. /regex/ searches, plain text is exact.
#routes:
#  - match: { model: "gpt-4" } # clients with a fixed name get another model
#    route: { model: ${JSON.stringify(model)} }
#  - match: { source_host: "10.0.1.0/24" } # clients of one network go to one server
#    route: { upstream: ${found[0]?.server.name ?? "my-server"} }
`;
}

function serverLines({ server, program, models }: FoundServer): readonly string[] {
  const more = models.length > listed ? ` and ${models.length - listed} more` : "";
  // A name comes from elsewhere: it must not end the comment.
  const names = models.slice(0, listed).map((name) => visibleText(name));
  return [
    `  # ${program}: ${names.length === 0 ? "no models yet" : names.join(", ")}${more}`,
    `  ${server.name}: "${server.baseUrl}"`,
  ];
}

/** Two instances for the alias in the comments, of different servers where there are two. */
function sample(found: readonly FoundServer[]): {
  readonly instances: readonly string[];
  readonly model: string;
} {
  const firsts = found.flatMap(({ server, models: [model] }) =>
    model === undefined ? [] : [{ server: server.name, model }],
  );
  const instances = firsts.slice(0, 2).map(({ server, model }) => `${server}/${model}`);
  const [first] = firsts;
  return first === undefined
    ? { instances: ["my-server/llama3-8b", "my-ollama/llama3.2:3b"], model: "llama3-8b" }
    : { instances, model: first.model };
}
