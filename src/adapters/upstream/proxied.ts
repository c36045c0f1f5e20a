// An outgoing proxy is used because it is named: Bun's fetch would let NO_PROXY overrule even that.

const exceptions = ["NO_PROXY", "no_proxy"] as const;

/**
 * Runs something that begins a request, with no exceptions from proxies in force. Bun reads the
 * variables while `fetch` is called, so they are back before anything else can run.
 */
export function withoutNoProxy<T>(begin: () => T): T {
  const saved = exceptions.map((name) => [name, process.env[name]] as const);
  for (const name of exceptions) delete process.env[name];
  try {
    return begin();
  } finally {
    for (const [name, value] of saved) if (value !== undefined) process.env[name] = value;
  }
}
