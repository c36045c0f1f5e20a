// Lint rules of the house that oxlint has no built-in for: time, chance and environment are
// arguments, so the globals that supply them are named in one adapter each; JSON of others has one door,
// and so have the bodies of requests.

const property = (node) =>
  node.computed
    ? node.property.type === "Literal"
      ? node.property.value
      : undefined
    : node.property.name;

const isGlobal = (node, name) => node.type === "Identifier" && node.name === name;

const ambientTime = {
  create: (context) => ({
    MemberExpression(node) {
      if (isGlobal(node.object, "Date") && property(node) === "now")
        context.report({ node, message: "Date.now(): take the time from the Clock port." });
      if (isGlobal(node.object, "Math") && property(node) === "random")
        context.report({ node, message: "Math.random(): take chance as an argument." });
    },
    NewExpression(node) {
      if (isGlobal(node.callee, "Date") && node.arguments.length === 0)
        context.report({ node, message: "new Date(): take the time from the Clock port." });
    },
    CallExpression(node) {
      if (isGlobal(node.callee, "Date"))
        context.report({ node, message: "Date(): take the time from the Clock port." });
    },
  }),
};

const ambientEnv = {
  create: (context) => ({
    MemberExpression(node) {
      const { object } = node;
      const holder =
        isGlobal(object, "process") || isGlobal(object, "Bun") || object.type === "MetaProperty";
      if (holder && property(node) === "env")
        context.report({ node, message: "The environment is read in src/adapters/config only." });
    },
    // import { env } from 'node:process' and from 'bun'
    ImportSpecifier(node) {
      const from = node.parent.source.value;
      if (/^(node:process|process|bun)$/.test(from) && node.imported.name === "env")
        context.report({ node, message: "The environment is read in src/adapters/config only." });
    },
  }),
};

const unboundedJson = {
  create: (context) => ({
    MemberExpression(node) {
      if (isGlobal(node.object, "JSON") && property(node) === "parse")
        context.report({
          node,
          message:
            "JSON.parse: it takes nesting that nothing survives; read JSON by domain/json.ts.",
        });
    },
  }),
};

const bodyReaders = new Set(["arrayBuffer", "blob", "bytes", "formData", "json", "text"]);

const unboundedBody = {
  create: (context) => ({
    CallExpression({ callee }) {
      if (callee.type !== "MemberExpression" || !isGlobal(callee.object, "request")) return;
      if (bodyReaders.has(property(callee)))
        context.report({
          node: callee,
          message: "A request's body has one reader, with limits: http/read-body.ts.",
        });
    },
  }),
};

export default {
  meta: { name: "smolrouter" },
  rules: {
    "no-ambient-time": ambientTime,
    "no-ambient-env": ambientEnv,
    "no-unbounded-json": unboundedJson,
    "no-unbounded-body": unboundedBody,
  },
};
