// Draws the scatter of the performance page with uPlot: thousands of dots on one canvas, zoomed by
// dragging, buttons and keys, each a way to its request.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project; joined with chart-axes.js and chart-marks.js */
const place = document.getElementById("scatter");
const state = document.getElementById("scatter-state");

const dot = 7;
/** CSS pixels around the pointer in which a dot counts as meant; a finger is wider. */
const nearEnough = 12;
const fingerNear = 24;
/** Where the page is narrow, labels and the height make way. */
const narrow = 560;
const heights = { wide: 440, narrow: 320 };

function colour(name) {
  return getComputedStyle(place).getPropertyValue(name).trim();
}

/** Resolves in a task of its own, after a frame has been shown. */
function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** A UUIDv7 begins with its time, epoch ms. */
function timeOf(id) {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

async function draw(points) {
  const log = place.dataset.scale === "log";
  // A logarithm has no zero.
  const lowest = log ? 1 : 0;
  const xs = points.x.map((value) => Math.max(lowest, value));
  const ys = points.y.map((value) => Math.max(lowest, value));
  // Where they lie is worked out anew with every drawing: from what the axes are even in.
  const [acrossOf, upOf] = [xs, ys].map((values) =>
    Float64Array.from(values, log ? Math.log : Number),
  );
  const hasFailed = new Uint8Array(xs.length);
  for (const at of points.failed) hasFailed[at] = 1;
  const { length: names } = points.names;
  const groups = Array.from({ length: names + 1 }, () => []);
  for (const [at, group] of points.group.entries()) groups[group < 0 ? names : group].push(at);
  let hidden = new Set();
  const groupOf = (at) => (points.group[at] < 0 ? names : points.group[at]);
  const isHidden = (at) => hidden.has(groupOf(at)) || (hasFailed[at] === 1 && hidden.has("failed"));

  /** What lies in which cell of the screen; made when it is asked for after a drawing. */
  let cells = null;
  const cellOf = (x, y) => Math.floor(x / nearEnough) * 10_000 + Math.floor(y / nearEnough);
  let images = null;
  /** Axes first, and dots with the next frame: together they would hold up whoever scrolls. */
  let hasAxes = false;

  /** Colours are those of the scheme, sizes those of the screen: both may change. */
  function makeImages(ratio) {
    const size = Math.round(dot * ratio);
    const colours = groups.map((_, at) => colour(at < names ? `--s${at + 1}` : "--s0"));
    return {
      size,
      groups: colours.map((own, at) => markImage(shapeOf(at, names), own, size, false)),
      failed: colours.map((own) => markImage(failedShape, own, size, true)),
    };
  }

  /** Where a dot lies in a box that shows the view. */
  function placesOn({ left, top, width, height }) {
    const even = log ? Math.log : Number;
    const [[low, high], [bottom, upper]] = [zoom.x.map(even), zoom.y.map(even)];
    const [wide, tall] = [width / (high - low), height / (upper - bottom)];
    return {
      x: (at) => left + (acrossOf[at] - low) * wide,
      y: (at) => top + (upper - upOf[at]) * tall,
    };
  }

  function drawGroup(plot, series) {
    if (!hasAxes) return null;
    const members = groups[series - 1];
    const { ctx } = plot;
    const ratio = devicePixelRatio;
    images ??= makeImages(ratio);
    const { size } = images;
    const { left, top, width, height } = plot.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.globalAlpha = members.length > 5000 ? 0.55 : 0.8;
    const place = placesOn({ left, top, width, height });
    const half = size / 2;
    for (const at of members) {
      if (hidden.size > 0 && isHidden(at)) continue;
      const x = place.x(at);
      const y = place.y(at);
      if (x < left || x > left + width || y < top || y > top + height) continue;
      const image = (hasFailed[at] === 1 ? images.failed : images.groups)[series - 1];
      ctx.drawImage(image, Math.round(x - half), Math.round(y - half));
    }
    ctx.restore();
    return null;
  }

  const full = { x: extent(xs, log), y: extent(ys, log) };
  let zoom = full;

  const family = getComputedStyle(document.body).fontFamily;
  const isNarrow = () => place.clientWidth < narrow;
  const sizeNow = () => ({
    width: place.clientWidth,
    height: isNarrow() ? heights.narrow : heights.wide,
  });
  const axis = (name, say) => ({
    // The heading names both axes, too.
    label: isNarrow() ? undefined : name,
    stroke: () => colour("--muted"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${family}`,
    labelFont: `12px ${family}`,
    labelSize: 22,
    splits: (_, __, low, high) => (log ? logTicks(low, high) : linearTicks(low, high)),
    // The chart's own choice would take names away again.
    filter: (_, splits) => splits,
    values: (_, splits) => splits.map((value) => (named(value, splits) ? say(value) : "")),
  });

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;

  const plot = new uPlot(
    {
      mode: 2,
      ...sizeNow(),
      legend: { show: false },
      cursor: {
        drag: { x: true, y: true, setScale: false, uni: 10 },
        points: { show: false },
        x: false,
        y: false,
      },
      scales: {
        x: { time: false, distr: log ? 3 : 1, range: () => zoom.x },
        y: { distr: log ? 3 : 1, range: () => zoom.y },
      },
      axes: [
        { ...axis(place.dataset.x, count), size: 34 },
        // Round in seconds, on an axis of powers of ten.
        { ...axis(place.dataset.y, log ? seconds : span), size: 56 },
      ],
      series: [null, ...groups.map(() => ({ paths: drawGroup }))],
      hooks: {
        drawClear: [() => (cells = null)],
        setSelect: [
          (chart) => {
            const { left, top, width, height } = chart.select;
            if (width < 4 && height < 4) return;
            zoomTo({
              x: [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")],
              y: [chart.posToVal(top + height, "y"), chart.posToVal(top, "y")],
            });
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    [null, ...groups.map((members) => [members.map((at) => xs[at]), members.map((at) => ys[at])])],
    place,
  );
  plot.root.setAttribute("role", "img");
  plot.root.setAttribute("aria-label", `${points.id.length} dots`);
  plot.over.append(tip);

  const sayLegend = createLegend(document.getElementById("legend"), seriesOf(points), (now) => {
    hidden = now;
    show(null);
    cells = null;
    plot.redraw(false);
    tellLegend();
  });

  /** How many dots of each series are in view, and where their middle lies. */
  function tellLegend() {
    const values = new Map();
    const [[left, right], [low, high]] = [zoom.x, zoom.y];
    for (const [at, y] of ys.entries()) {
      if (xs[at] < left || xs[at] > right || y < low || y > high) continue;
      for (const key of hasFailed[at] === 1 ? [groupOf(at), "failed"] : [groupOf(at)]) {
        const own = values.get(key);
        if (own) own.push(points.y[at]);
        else values.set(key, [points.y[at]]);
      }
    }
    sayLegend(values);
  }

  function zoomTo(next) {
    const isFull = next.x === full.x && next.y === full.y;
    zoom = isFull ? full : next;
    for (const id of ["zoom-out", "zoom-all"]) document.getElementById(id).disabled = isFull;
    plot.batch(() => {
      plot.setScale("x", { min: zoom.x[0], max: zoom.x[1] });
      plot.setScale("y", { min: zoom.y[0], max: zoom.y[1] });
    });
    show(null);
    tellLegend();
  }

  /** @param times the new size of the view, of the old one @param across, up what it moves by, of its size */
  function change(times, across = 0, up = 0) {
    zoomTo({
      x: stretched(zoom.x, full.x, log, times, across),
      y: stretched(zoom.y, full.y, log, times, up),
    });
  }

  const boxNow = () => ({
    left: 0,
    top: 0,
    width: plot.over.clientWidth,
    height: plot.over.clientHeight,
  });

  function cellsNow() {
    const { width, height } = boxNow();
    const on = placesOn(boxNow());
    const made = new Map();
    for (let at = 0; at < xs.length; at++) {
      const [x, y] = [on.x(at), on.y(at)];
      if (x < 0 || x > width || y < 0 || y > height || isHidden(at)) continue;
      const cell = cellOf(x, y);
      const found = made.get(cell);
      if (found) found.push(at);
      else made.set(cell, [at]);
    }
    return made;
  }

  /** The dot next to a place on the chart, where one is near enough. */
  function dotAt(left, top, near) {
    cells ??= cellsNow();
    const on = placesOn(boxNow());
    let [best, least] = [null, near ** 2];
    for (let across = -near; across <= near; across += nearEnough)
      for (let down = -near; down <= near; down += nearEnough)
        for (const at of cells.get(cellOf(left + across, top + down)) ?? []) {
          const far = (on.x(at) - left) ** 2 + (on.y(at) - top) ** 2;
          if (far < least) [best, least] = [at, far];
        }
    return best;
  }

  const addressOf = (at) => `/request/${encodeURIComponent(points.id[at])}`;

  /** @param pinned it stays, with a link, as where nothing hovers */
  function show(at, pinned = false) {
    tip.hidden = at === null;
    tip.classList.toggle("pinned", pinned);
    plot.over.classList.toggle("on-dot", at !== null);
    if (at === null) return;
    const name = points.names[points.group[at]] ?? "other";
    const bad = hasFailed[at] === 1 ? " · not completed" : "";
    const when = localClock(timeOf(points.id[at])).slice(5, 16);
    tip.textContent = `${name}\n${span(points.y[at])} · ${count(points.x[at])} tokens${bad}\n${when}`;
    if (pinned) {
      const link = document.createElement("a");
      link.href = addressOf(at);
      link.textContent = "Open request";
      tip.append("\n", link);
    }
    const left = plot.valToPos(xs[at], "x");
    const { clientWidth: width, clientHeight: height } = plot.over;
    const flip = left > width / 2;
    tip.style.left = flip ? "auto" : `${left + 10}px`;
    tip.style.right = flip ? `${width - left + 10}px` : "auto";
    tip.style.maxWidth = `${Math.max(flip ? left : width - left, width / 2) - 14}px`;
    const top = plot.valToPos(ys[at], "y") - 40;
    tip.style.top = `${Math.max(0, Math.min(height - tip.offsetHeight, top))}px`;
  }

  const where = (event, near) => {
    const box = plot.over.getBoundingClientRect();
    return dotAt(event.clientX - box.left, event.clientY - box.top, near);
  };
  let down = { x: 0, y: 0, isTouch: false };
  plot.over.addEventListener("mousemove", (event) => {
    if (!down.isTouch) show(event.buttons === 0 ? where(event, nearEnough) : null);
  });
  plot.over.addEventListener("mouseleave", () => {
    if (!down.isTouch) show(null);
  });
  for (const come of ["pointerdown", "pointermove"])
    plot.over.addEventListener(come, ({ type, clientX: x, clientY: y, pointerType }) => {
      const isTouch = pointerType === "touch";
      if (type === "pointerdown") down = { x, y, isTouch };
      else down.isTouch = isTouch;
    });
  plot.over.addEventListener("click", (event) => {
    // What was pinned has its own link; the end of a drag is not a click.
    if (event.target.closest(".tip")) return;
    if (Math.hypot(event.clientX - down.x, event.clientY - down.y) > 3) return;
    if (down.isTouch) {
      const at = where(event, fingerNear);
      show(at, at !== null);
      return;
    }
    const at = where(event, nearEnough);
    if (at === null) return;
    if (event.ctrlKey || event.metaKey) open(addressOf(at));
    else location.assign(addressOf(at));
  });
  plot.over.addEventListener("dblclick", () => zoomTo(full));

  const keys = {
    "+": () => change(0.5),
    "=": () => change(0.5),
    "-": () => change(2),
    0: () => zoomTo(full),
    ArrowLeft: () => change(1, -0.2),
    ArrowRight: () => change(1, 0.2),
    ArrowUp: () => change(1, 0, 0.2),
    ArrowDown: () => change(1, 0, -0.2),
    Escape: () => show(null),
  };
  place.tabIndex = 0;
  place.setAttribute("aria-describedby", "scatter-keys");
  place.addEventListener("keydown", (event) => {
    // The whole has nowhere to move to: arrows scroll the page then.
    const moves = event.key.startsWith("Arrow");
    if (event.ctrlKey || event.metaKey || event.altKey || (moves && zoom === full)) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.getElementById("zoom-in").addEventListener("click", () => change(0.5));
  document.getElementById("zoom-out").addEventListener("click", () => change(2));
  document.getElementById("zoom-all").addEventListener("click", () => zoomTo(full));
  document.getElementById("zoom").hidden = false;
  document.getElementById("scatter-keys").hidden = false;

  new ResizeObserver(() => {
    const size = sizeNow();
    // It is heard once in the beginning, too.
    if (size.width === plot.width && size.height === plot.height) return;
    images = null;
    plot.setSize(size);
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    images = null;
    plot.redraw();
  });
  await nextFrame();
  hasAxes = true;
  plot.redraw(false);
  await nextFrame();
  tellLegend();
  place.dataset.drawn = String(points.id.length);
}

/** What the legend lists: the groups, those without a colour, and what did not complete. */
function seriesOf({ names, group, failed }) {
  const { length: rest } = names;
  const series = names.map((words, key) => ({
    key,
    words,
    shape: shapeOf(key, rest),
    kind: `s${key + 1}`,
  }));
  if (group.includes(-1)) series.push({ key: rest, words: "other", shape: restShape, kind: "s0" });
  if (failed.length > 0)
    series.push({ key: "failed", words: "not completed", shape: failedShape, kind: "failed" });
  return series;
}

async function load() {
  state.textContent = "Loading the calls…";
  const answer = await fetch(place.dataset.points, { cache: "no-store" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const points = await answer.json();
  if (points.id.length === 0) {
    state.textContent = "No call of this time has both values.";
    return;
  }
  state.remove();
  // Reading and drawing are tasks of their own.
  await nextFrame();
  await draw(points);
}

if (place)
  load().catch(() => {
    state.textContent = "The calls could not be loaded; reload the page to try again.";
  });
