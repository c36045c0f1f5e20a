// A whole router on a free port, configured as a user would, with a folder of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration } from "../../src/adapters/config/load.ts";
import { problemLine } from "../../src/adapters/config/problem-line.ts";
import { compose } from "../../src/app/compose.ts";
import type { LogFields } from "../../src/ports/logger.ts";
import type { LogDetail, LogPage, LogRow, Stats } from "../../src/ports/browse.ts";
import { whenWritten } from "./log-rows.ts";

export interface RouterOptions {
  /** Environment variables beside the defaults of these tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** The routes file's text. */
  readonly routes?: string;
}

export interface TestRouter {
  readonly url: string;
  readonly folder: string;
  /** Lines of the program's log. */
  readonly log: readonly string[];
  /** The same, with their fields. */
  readonly logged: readonly { readonly message: string; readonly fields: LogFields }[];
  /** POST with a JSON body. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** All rows, newest first; whatever has ended is there. */
  rows(): Promise<readonly LogRow[]>;
  /** The only row, with its bodies. */
  row(): Promise<LogDetail>;
  stats(): Promise<Stats>;
  stop(): Promise<void>;
}

/** @throws where the configuration has problems, with their lines */
export async function startRouter({ env = {}, routes }: RouterOptions = {}): Promise<TestRouter> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-test-"));
  const routesPath = join(folder, "routes.yaml");
  if (routes !== undefined) writeFileSync(routesPath, routes);
  const loaded = loadConfiguration(
    {
      LISTEN_PORT: "0",
      DB_PATH: join(folder, "requests.db"),
      BLOB_STORAGE_PATH: join(folder, "blobs"),
      LOG_LEVEL: "debug",
      ...(routes === undefined ? {} : { ROUTES_CONFIG: routesPath }),
      ...env,
    },
    { terminal: false },
  );
  if ("problems" in loaded) throw new Error(loaded.problems.map(problemLine).join("\n"));
  const log: string[] = [];
  const logged: { message: string; fields: LogFields }[] = [];
  const note = (message: string, fields: LogFields = {}) => {
    log.push(message);
    logged.push({ message, fields });
  };
  const running = compose(loaded, { error: note, warn: note, info: note, debug: note }, "test");
  await running.ready;
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(running.url + path)).json()) as T;
  const rows = async () => {
    await whenWritten(running.url);
    return (await get<LogPage>("/api/logs?limit=500")).logs;
  };
  return {
    url: running.url,
    folder,
    log,
    logged,
    post: (path, body, headers = {}) =>
      fetch(running.url + path, {
        method: "POST",
        headers,
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    rows,
    async row() {
      const all = await rows();
      if (all.length !== 1) throw new Error(`${all.length} rows instead of one`);
      return get<LogDetail>(`/api/logs/${all[0]!.id}`);
    },
    async stats() {
      await whenWritten(running.url);
      return get<Stats>("/api/stats");
    },
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a router, runs the test with it and stops it, whatever became of it. */
export async function withRouter<Result>(
  options: RouterOptions,
  run: (router: TestRouter) => Promise<Result>,
): Promise<Result> {
  const router = await startRouter(options);
  try {
    return await run(router);
  } finally {
    await router.stop();
  }
}
