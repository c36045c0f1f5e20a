// What stands for a series on the performance page's scatter, on the canvas and in the legend: a colour and a shape each, as not everyone tells colours apart.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, eslint/no-unused-vars -- a browser's names have no types in this project; joined with the file that draws */

/** In a square of ten by ten, about as heavy as each other. */
const shapes = [
  "M5 1a4 4 0 1 0 0 8 4 4 0 1 0 0-8z",
  "M1.4 1.4h7.2v7.2H1.4z",
  "M5 .6 9.6 9H.4z",
  "M5 .2 9.8 5 5 9.8.2 5z",
  "M5 9.4.4 1h9.2z",
  "M3.4.6h3.2v2.8h2.8v3.2H6.6v2.8H3.4V6.6H.6V3.4h2.8z",
  "M.6.8h8.8L6.2 5l3.2 4.2H.6L3.8 5z",
  "M5 .4 9.6 3.8 7.9 9.3H2.1L.4 3.8z",
];
/** Of series without a colour of their own. */
const restShape = "M5 2.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 1 0 0-5.2z";
/** Of calls that did not complete, whatever their series. */
const failedShape = "M1.4 1.4 8.6 8.6M8.6 1.4 1.4 8.6";

/** @param series its place; one beyond the last: those without a colour */
function shapeOf(series, names) {
  return series < names ? shapes[series] : restShape;
}

/** A mark as an image, which is drawn thousands of times. @param size canvas pixels */
function markImage(shape, colour, size, isStroke) {
  const canvas = new OffscreenCanvas(size, size);
  const ctx = canvas.getContext("2d");
  ctx.scale(size / 10, size / 10);
  const path = new Path2D(shape);
  if (isStroke) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2;
    ctx.stroke(path);
  } else {
    ctx.fillStyle = colour;
    ctx.fill(path);
  }
  // A canvas would be copied whenever it is drawn.
  return canvas.transferToImageBitmap();
}

/** The same for the legend, whose colour the style sheet knows. */
function markElement(shape, kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 10 10");
  svg.setAttribute("class", "mark-of");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shape);
  path.setAttribute("class", kind);
  svg.append(path);
  return svg;
}

/** The middle one of some values; null: there are none. */
function medianOf(values) {
  return values.length === 0
    ? null
    : Float64Array.from(values).sort()[Math.ceil(values.length / 2) - 1];
}

/**
 * The legend: a button for each series that shows and hides it, with how many of its dots are in view and their median.
 * @param series `{key, words, shape, kind}`, in order
 * @param change is given what is hidden
 * @returns is given `key → values in view` whenever that changes
 */
function createLegend(list, series, change) {
  const hidden = new Set();
  const figures = new Map();
  for (const { key, words, shape, kind } of series) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "series";
    button.setAttribute("aria-pressed", "true");
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = words;
    const figure = document.createElement("span");
    figure.className = "faint";
    figures.set(key, figure);
    button.append(markElement(shape, kind), name, figure);
    button.addEventListener("click", () => {
      if (!hidden.delete(key)) hidden.add(key);
      button.setAttribute("aria-pressed", String(!hidden.has(key)));
      change(hidden);
    });
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  list.hidden = false;
  return (values) => {
    for (const [key, figure] of figures) {
      const own = values.get(key) ?? [];
      const median = medianOf(own);
      figure.textContent =
        own.length.toLocaleString("en-US") + (median === null ? "" : ` · ${span(median)}`);
      figure.title = `${own.length} in view${median === null ? "" : `, median ${span(median)}`}`;
    }
  };
}
