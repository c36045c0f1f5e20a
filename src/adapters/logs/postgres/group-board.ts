// What each router says of itself in `instances`, and what they read there of each other.
import type { Backlog, Board, Member, ServerOnBoard } from "../../../ports/group.ts";
import type { SharedInstance } from "../outbox/shared-store.ts";
import type { Run } from "./client.ts";
import { originalText, safeText } from "./safe-text.ts";

export interface GroupBoard {
  /** Writes what this router says. Never a later thing before an earlier one. */
  say(run: Run, board: Board, backlog: Backlog, cancels: readonly Cancel[]): Promise<void>;
}

/** A call that the router of that id is to end. */
export interface Cancel {
  readonly instance: string;
  readonly id: string;
}

export interface ReadBoard {
  /** Epoch ms, on the database's clock. */
  readonly now: number;
  readonly members: readonly Member[];
  /** Whatever anyone wants ended. */
  readonly cancels: readonly Cancel[];
}

interface WrittenBoard extends Board {
  readonly backlog: Backlog;
  readonly cancels: readonly Cancel[];
  /** Of the process, and its beat's number: what the server takes up late must not undo what came after. */
  readonly run: string;
  readonly beat: number;
}

/** Whoever was not seen for longer is gone. */
const goneAfter = "interval '15 seconds'";
/**
 * Likewise, where the connection of its last beat has ended, as it does when its process is killed. Longer
 * than two beats are apart: one that has only lost its connection is back by then.
 */
const cutAfter = "interval '3 seconds'";
/** The server's process for this connection; behind a pooler, one that outlasts the router. */
const ownBackend = `(select jsonb_build_object('pid', pid, 'since', extract(epoch from backend_start))
  from pg_stat_activity where pid = pg_backend_pid())`;
/** Another user's connections may not say since when they are there. */
const backendStands = `exists (select from pg_stat_activity
  where pid = (board->'backend'->>'pid')::integer and (backend_start is null
    or extract(epoch from backend_start) = (board->'backend'->>'since')::numeric))`;

export function createGroupBoard({ id, name, version }: SharedInstance): GroupBoard {
  const process = crypto.randomUUID();
  let beats = 0;
  return {
    async say(run, board, backlog, cancels) {
      const beat = ++beats;
      const servers = Object.entries(board.servers).map(([of, said]) => [safeText(of), said]);
      const written: WrittenBoard = {
        ...board,
        servers: Object.fromEntries(servers) as WrittenBoard["servers"],
        backlog,
        cancels,
        run: process,
        beat,
      };
      const update = () =>
        run(
          `update instances set seen_at = clock_timestamp(), name = $2, version = $3,
              board = $4::text::jsonb || jsonb_build_object('backend', ${ownBackend})
            where id = $1::uuid
              and (board->>'run' is distinct from $5 or (board->>'beat')::bigint < $6)
            returning 1`,
          [id, safeText(name), safeText(version), JSON.stringify(written), process, beat],
        );
      if ((await update()).length > 0) return;
      // Its row was removed, as it had been away for so long.
      await run(
        "insert into instances (id, name, version) values ($1::uuid, $2, $3) on conflict do nothing",
        [id, safeText(name), safeText(version)],
      );
      await update();
    },
  };
}

interface InstanceRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly started: number;
  readonly seen: number;
  readonly now: number;
  readonly board: Partial<WrittenBoard>;
}

/** Everyone who was seen lately. */
export async function readBoard(run: Run): Promise<ReadBoard> {
  const rows = await run<InstanceRow>(
    `select id::text as id, name, version, board,
        (extract(epoch from started_at) * 1000)::double precision as started,
        (extract(epoch from seen_at) * 1000)::double precision as seen,
        (extract(epoch from clock_timestamp()) * 1000)::double precision as now
      from instances where seen_at > clock_timestamp() - ${goneAfter}
        and board is distinct from '{}'::jsonb
        and (seen_at > clock_timestamp() - ${cutAfter} or board->'backend'->'pid' is null
          or ${backendStands})
      order by id`,
  );
  return {
    now: rows[0]?.now ?? 0,
    members: rows.filter(({ board }) => board.leaves !== true).map(memberOf),
    cancels: rows.flatMap(({ board }) => board.cancels ?? []),
  };
}

/** Another version's board may lack what this one says. */
function memberOf({ id, name, version, started, seen, board }: InstanceRow): Member {
  const servers = Object.entries<ServerOnBoard>(board.servers ?? {});
  return {
    id,
    name: originalText(name),
    version: originalText(version),
    startedAt: started,
    seenAt: seen,
    routesHash: board.routesHash ?? null,
    secretHash: board.secretHash ?? null,
    servers: Object.fromEntries(servers.map(([of, said]) => [originalText(of), said])),
    watching: board.watching ?? false,
    leaves: false,
    backlog: board.backlog ?? { rows: 0, bytes: 0, lagMs: 0 },
  };
}
