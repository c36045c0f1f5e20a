// Which way imports may point: inward, towards the domain. Type imports count as imports.

// The parser's visitor does not know `using`, and would give up on the file: what it declares is
// visited like any other declaration.
const { Visitor } = require("@swc/core/Visitor.js");
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== "UsingDeclaration") return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/** Everything that the files under `from` import must match one of `allowed`. */
const only = (name, comment, from, ...allowed) =>
  forbid(name, comment, { path: from }, { pathNot: allowed });

const MAY_WIRE =
  "^src/app/(compose\\.tsx?|main\\.ts|start-(log|group|alerts|reading)\\.ts|log-worker\\.ts|cli/.+)$";
const MAY_CALL_UPSTREAMS =
  "^src/(ports/|adapters/(upstream/|fake-model/memory-upstream)|app/compose\\.tsx?|app/usecases/(relay/(attempt|commit|answer-failures|recognise-stream|event-stream|hold-answer|stream-failure)|servers/(models|ask-server|probe))[^/]*\\.ts$)";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only(
      "domain-is-pure",
      "The domain imports itself and pure libraries named here.",
      "^src/domain/",
      "^src/domain/",
      "(^|/)node_modules/re2js/",
    ),
    only(
      "ports-know-the-domain",
      "Ports speak in the domain’s words and nothing else.",
      "^src/ports/",
      "^src/(domain|ports)/",
    ),
    only(
      "usecases-know-ports",
      "Use cases reach technology through ports.",
      "^src/app/usecases/",
      "^src/(domain|ports|app/usecases)/",
    ),
    forbid(
      "adapters-do-not-know-the-app",
      "Adapters are driven by, or drive, ports.",
      { path: "^src/adapters/" },
      { path: "^src/app/" },
    ),
    forbid(
      "adapters-do-not-know-each-other",
      "Each can be swapped alone.",
      { path: "^src/adapters/([^/]+)/" },
      { path: "^src/adapters/", pathNot: "^src/adapters/$1/" },
    ),
    forbid(
      "routing-knows-no-wire",
      "Where a call goes, and what follows a failure, is decided without a look at its bytes.",
      { path: "^src/domain/(routing|failover)/" },
      { path: "^src/domain/(protocols|cleaning|bytes/(sse|ndjson|frame|framing|event-json))" },
    ),
    forbid(
      "cleaning-knows-no-protocol",
      "What is cut out of a text does not depend on where it stands: protocols hand in their slots.",
      { path: "^src/domain/cleaning/" },
      { path: "^src/domain/(protocols|call)/" },
    ),
    forbid(
      "protocols-do-not-know-each-other",
      "Each is a folder of its own; what two need stands above them, or in the neutral form between them.",
      { path: "^src/domain/protocols/([^/]+)/" },
      { path: "^src/domain/protocols/[^/]+/", pathNot: "^src/domain/protocols/($1|neutral)/" },
    ),
    forbid(
      "pipeline-knows-no-store",
      "What carries rows to the log's thread works for any store.",
      { path: "^src/adapters/logs/pipeline/" },
      {
        path: "^src/adapters/logs/(sqlite|postgres|outbox|bodies|worker)/|bun:sqlite|(^|/)node_modules/kysely/",
      },
    ),
    forbid(
      "worker-knows-no-store",
      "The log's thread drives an engine, whichever it is.",
      { path: "^src/adapters/logs/worker/" },
      {
        path: "^src/adapters/logs/(sqlite|postgres|outbox|bodies)/|bun:sqlite|(^|/)node_modules/kysely/",
      },
    ),
    forbid(
      "rows-know-no-store",
      "What a row means is the same in every store.",
      { path: "^src/adapters/logs/rows/" },
      {
        path: "^src/adapters/logs/(sqlite|postgres|outbox|worker)/|bun:sqlite|(^|/)node_modules/kysely/",
      },
    ),
    forbid(
      "stores-do-not-know-each-other",
      "What two of them need stands in rows or bodies; the outbox is the way to PostgreSQL, and has a file of its own.",
      { path: "^src/adapters/logs/(sqlite|postgres|outbox)/" },
      {
        path: "^src/adapters/logs/(sqlite|postgres|outbox)/",
        pathNot: "^src/adapters/logs/($1|outbox)/",
      },
    ),
    forbid(
      "stores-do-not-know-the-worker",
      "An engine is driven; it neither starts nor schedules itself.",
      { path: "^src/adapters/logs/(sqlite|postgres|outbox|bodies|rows)/" },
      { path: "^src/adapters/logs/worker/" },
    ),
    forbid(
      "bodies-know-no-store",
      "How bodies are packed does not depend on where they lie.",
      { path: "^src/adapters/logs/bodies/" },
      {
        path: "^src/adapters/logs/(sqlite|postgres|outbox|pipeline|worker)/|bun:sqlite|(^|/)node_modules/kysely/",
      },
    ),
    forbid(
      "wiring-in-one-place",
      "Only compose, the start files, main and the commands name adapters.",
      { path: "^src/", pathNot: [MAY_WIRE, "^src/adapters/"] },
      { path: "^src/adapters/" },
    ),
    forbid(
      "one-orchestrator",
      "Only the relay and its few siblings may reach upstreams.",
      { path: "^src/", pathNot: MAY_CALL_UPSTREAMS },
      { path: "^src/ports/upstream" },
    ),
    forbid(
      "src-does-not-know-tests",
      "What ships stands alone.",
      { path: "^src/" },
      { path: "^(tests|scripts|bench)/" },
    ),
    forbid("no-cycles", "A cycle is one module in many files.", {}, { circular: true }),
    forbid(
      "no-orphans",
      "Code that nothing imports and that imports nothing is dead.",
      { orphan: true, path: "^src/", pathNot: "\\.d\\.ts$|^src/app/main\\.ts$" },
      {},
    ),
    forbid("resolvable", "Every import leads somewhere.", {}, { couldNotResolve: true }),
  ],
  options: {
    // TypeScript 7 has no parser API to read with, and the fallback sees no modules at all.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    builtInModules: { add: ["bun", "bun:sqlite", "bun:test", "bun:ffi", "bun:jsc"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["bun", "import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};
