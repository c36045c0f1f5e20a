/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// How to point a client here: the address is the one the browser used, so it works as it stands.
import { Html } from "@elysiajs/html";
import { CopyButton } from "../shared/layout.tsx";

export interface ConnectProps {
  readonly origin: string;
  /** A name clients may ask for. */
  readonly model: string;
  /** Whether calls need a token of this router's (JWT_SECRET). */
  readonly needsToken: boolean;
}

export function Connect(props: ConnectProps): JSX.Element {
  return (
    <>
      {props.needsToken && (
        <p class="needs-token">
          Calls need a token: <code>export SMOLROUTER_TOKEN=…</code> with one that{" "}
          <code>smolrouter token --sub NAME</code> prints.
        </p>
      )}
      <div class="connect">
        {snippets(props).map(({ id, title, text }) => (
          <section class="snippet" aria-labelledby={`${id}-title`}>
            <header>
              <h3 id={`${id}-title`} safe>
                {title}
              </h3>
              <CopyButton of={id} label={`Copy ${title} example`} />
            </header>
            <pre id={id} tabindex="0" safe>
              {text}
            </pre>
          </section>
        ))}
      </div>
    </>
  );
}

interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

function snippets({ origin, model, needsToken }: ConnectProps): readonly Snippet[] {
  // A JSON string is one in Python and JavaScript too.
  const name = JSON.stringify(model);
  const chat = `{"model": ${name},
       "messages": [{"role": "user", "content": "Hello"}]}`;
  return [
    {
      id: "snippet-curl",
      title: "curl",
      text: `curl ${origin}/v1/chat/completions \\${
        needsToken ? '\n  -H "Authorization: Bearer $SMOLROUTER_TOKEN" \\' : ""
      }
  -H 'content-type: application/json' \\
  -d '${chat.replaceAll("'", `'\\''`)}'`,
    },
    {
      id: "snippet-python",
      title: "OpenAI, Python",
      text: `${needsToken ? "import os\n" : ""}from openai import OpenAI

client = OpenAI(
    base_url="${origin}/v1",
    api_key=${needsToken ? 'os.environ["SMOLROUTER_TOKEN"]' : '"any"'},
)
answer = client.chat.completions.create(
    model=${name},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: "snippet-javascript",
      title: "OpenAI, JavaScript",
      text: `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${origin}/v1",
  apiKey: ${needsToken ? "process.env.SMOLROUTER_TOKEN" : '"any"'},
});
const answer = await client.chat.completions.create({
  model: ${name},
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);`,
    },
    needsToken ? ollamaWithToken(origin, name) : ollamaCommand(origin, model),
  ];
}

function ollamaCommand(origin: string, model: string): Snippet {
  const text = `export OLLAMA_HOST=${origin}
ollama run '${model.replaceAll("'", `'\\''`)}'`;
  return { id: "snippet-ollama", title: "Ollama", text };
}

/** Ollama's own command shows no token to a server of one's own; its libraries do. */
function ollamaWithToken(origin: string, name: string): Snippet {
  const text = `import os
from ollama import Client

client = Client(
    host="${origin}",
    headers={"Authorization": f"Bearer {os.environ['SMOLROUTER_TOKEN']}"},
)
answer = client.chat(
    model=${name},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.message.content)`;
  return { id: "snippet-ollama", title: "Ollama, Python", text };
}
