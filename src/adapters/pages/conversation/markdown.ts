// Markdown of an answer or a prompt as HTML that can do nothing: no markup of its own, no address but a link's.
import MarkdownIt, { type Token } from "markdown-it";
import sanitizeHtml from "sanitize-html";

/** Deeper nesting is nobody's writing, and is shown as plain text. */
const deepest = 40;

const markdown = new MarkdownIt({
  // What looks like markup is shown as it stands.
  html: false,
  // A line that a model or a person broke stays broken.
  breaks: true,
  maxNesting: deepest,
});

/** Others stay text: a page of the log must not lead to one of the router's own actions, nor run anything. */
const linkable = /^(?:https?:\/\/|mailto:)/i;
markdown.validateLink = (address) => linkable.test(address.trim());

const { escapeHtml } = markdown.utils;

function linkTo(address: string): string {
  return `<a href="${escapeHtml(address)}" rel="noopener noreferrer nofollow">`;
}

/** Marks what stands in a link, whose addresses are no links of their own. */
markdown.core.ruler.push("linked", ({ tokens }) => {
  for (const { children } of tokens) {
    let depth = 0;
    for (const child of children ?? []) {
      if (child.type === "link_open" || child.type === "link_close") depth += child.nesting;
      else if (depth > 0) child.meta = { linked: true };
    }
  }
});

function isLinked(meta: Token["meta"]): boolean {
  return meta?.["linked"] === true;
}

/** markdown-it's own search for them takes the square of hostile text's length. */
const bareAddress = /\bhttps?:\/\/[^\s<>"'`|]{1,2000}/gi;

function withLinks(text: string): string {
  let html = "";
  let end = 0;
  for (const { 0: found, index: at } of text.matchAll(bareAddress)) {
    // What ends a sentence, or a bracket around it, is not the address's.
    const address = found.replace(/[.,;:!?*)\]]{1,8}$/, "");
    html += `${escapeHtml(text.slice(end, at))}${linkTo(address)}${escapeHtml(address)}</a>`;
    end = at + address.length;
  }
  return html + escapeHtml(text.slice(end));
}

const written: Readonly<Record<string, (token: Token) => string>> = {
  link_open: (token) => linkTo(String(token.attrGet("href") ?? "")),
  text: ({ content, meta }) => (isLinked(meta) ? escapeHtml(content) : withLinks(content)),
  /** A picture is fetched by whoever follows the link, never by the page. */
  image(token) {
    const address = String(token.attrGet("src") ?? "");
    const words = token.content.trim() === "" ? address : token.content;
    // A picture that is a link's text would be a link in a link.
    const said = escapeHtml(words);
    const shown = isLinked(token.meta) ? said : `${linkTo(address)}${said}</a>`;
    return `${shown} <small>image</small>`;
  },
  fence: ({ content, info }) => codeBlock(content, info.trim().split(/\s/, 1)[0] ?? ""),
  code_block: ({ content }) => codeBlock(content, ""),
  // A wide table scrolls by itself, by keyboard, too.
  table_open: () => '<div class="table" tabindex="0"><table>',
  table_close: () => "</table></div>",
  // The page has headings of its own; those of an answer stand below them.
  heading_open: () => '<p class="heading"><strong>',
  heading_close: () => "</strong></p>",
};
for (const [kind, write] of Object.entries(written))
  markdown.renderer.rules[kind] = (tokens, index) => {
    const token = tokens[index];
    return token === undefined ? "" : write(token);
  };

const longestLanguage = 30;

function codeBlock(code: string, language: string): string {
  const label = language.slice(0, longestLanguage);
  const said = label === "" ? "" : `<small class="language">${escapeHtml(label)}</small>`;
  return (
    `<div class="code">${said}<button type="button" class="copy" data-copy="" ` +
    `aria-label="Copy code">Copy</button><pre tabindex="0"><code>` +
    `${escapeHtml(code)}</code></pre></div>`
  );
}

/** What the rules above write, and nothing besides: should they ever let something through, it ends here. */
const allowed: sanitizeHtml.IOptions = {
  allowedTags: (
    "p br hr em strong s code pre small blockquote ul ol li a div button " +
    "table thead tbody tr th td"
  ).split(" "),
  allowedAttributes: {
    a: ["href", "rel"],
    div: [{ name: "tabindex", values: ["0"] }],
    pre: [{ name: "tabindex", values: ["0"] }],
    ol: ["start"],
    button: [
      { name: "type", values: ["button"] },
      { name: "data-copy", values: [""] },
      { name: "aria-label", values: ["Copy code"] },
    ],
  },
  allowedClasses: {
    p: ["heading"],
    small: ["language"],
    button: ["copy"],
    div: ["code", "table"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowProtocolRelative: false,
  // An attribute without a value, such as `hidden`, is meant so.
  nonBooleanAttributes: [],
  disallowedTagsMode: "escape",
};

/** A table of a few kilobytes may call for hundreds of thousands of cells. */
const mostTokens = 30_000;

/**
 * @param text of at most some ten thousand characters: it takes time in proportion
 * @returns HTML; null where the text is to be shown as it is: it would grow out of proportion, or is
 *   nested so deeply that some of its words would be lost
 */
export function renderMarkdown(text: string): string | null {
  const environment = {};
  const tokens = markdown.parse(text, environment);
  if (tokens.length > mostTokens || tokens.some(isTooDeep)) return null;
  const html = markdown.renderer.render(tokens, markdown.options, environment);
  return sanitizeHtml(html, allowed).trim();
}

function isTooDeep({ level }: Token): boolean {
  return level >= deepest - 1;
}
