// Draws the scatter of the performance page with uPlot: tens of thousands of dots on one canvas,
// zoomed by dragging, each a link to its request.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project */
const place = document.getElementById("scatter");
const state = document.getElementById("scatter-state");
const zoomOut = document.getElementById("zoom-out");

const dot = 5;
/** CSS pixels around the pointer in which a dot counts as meant. */
const nearEnough = 12;
const chartHeight = 440;

/** `1.2k`, `340 ms`: as format.ts has them. */
function count(value) {
  if (value >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  return value >= 1000 ? `${+(value / 1000).toFixed(1)}k` : String(+value.toFixed(1));
}
function span(ms) {
  if (ms < 1000) return `${+ms.toFixed(1)} ms`;
  return ms < 60_000 ? `${+(ms / 1000).toFixed(1)} s` : `${+(ms / 60_000).toFixed(1)} min`;
}

function seconds(ms) {
  return ms < 1000 ? `${+ms.toFixed(1)} ms` : `${count(ms / 1000)} s`;
}

/** About six round values. */
function linearTicks(low, high) {
  const rough = (high - low) / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => size >= rough);
  const ticks = [];
  for (let at = Math.ceil(low / step); at * step <= high; at++) ticks.push(at * step);
  return ticks;
}

/** 1, 2 and 5 times each power of ten; within less than one power, as on a linear axis. */
function logTicks(low, high) {
  if (high / low < 10) return linearTicks(low, high);
  const ticks = [];
  for (let unit = 10 ** Math.floor(Math.log10(low)); unit <= high; unit *= 10)
    for (const times of [1, 2, 5])
      if (times * unit >= low && times * unit <= high) ticks.push(times * unit);
  return ticks;
}

/** All lines are drawn; where they are many, those at powers of ten have a name. */
function named(value, ticks) {
  return ticks.length < 8 || Number.isInteger(+Math.log10(value).toFixed(9));
}

function colour(name) {
  return getComputedStyle(place).getPropertyValue(name).trim();
}

function draw(points) {
  const log = place.dataset.scale === "log";
  // A logarithm has no zero.
  const lowest = log ? 1 : 0;
  const xs = points.x.map((value) => Math.max(lowest, value));
  const ys = points.y.map((value) => Math.max(lowest, value));
  const failed = new Set(points.failed);
  const groups = [...points.names, null].map((_, group) => {
    const wanted = group < points.names.length ? group : -1;
    return points.group.flatMap((own, at) => (own === wanted ? [at] : []));
  });
  /** What lies in which cell of the screen, made anew with every drawing. */
  let cells = new Map();
  const cellOf = (x, y) => Math.floor(x / nearEnough) * 10_000 + Math.floor(y / nearEnough);

  function drawGroup(plot, series) {
    const members = groups[series - 1];
    const { ctx } = plot;
    const ratio = devicePixelRatio;
    const fill = colour(series <= points.names.length ? `--s${series}` : "--s0");
    const bad = colour("--bad");
    const { left, top, width, height } = plot.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.globalAlpha = members.length > 5000 ? 0.45 : 0.7;
    const size = dot * ratio;
    for (const at of members) {
      const x = plot.valToPos(xs[at], "x", true);
      const y = plot.valToPos(ys[at], "y", true);
      if (x < left || x > left + width || y < top || y > top + height) continue;
      ctx.fillStyle = failed.has(at) ? bad : fill;
      ctx.fillRect(x - size / 2, y - size / 2, size, size);
      const cell = cellOf((x - left) / ratio, (y - top) / ratio);
      const found = cells.get(cell);
      if (found) found.push(at);
      else cells.set(cell, [at]);
    }
    ctx.restore();
    return null;
  }

  function extent(values) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (low > high) [low, high] = [1, 10];
    return log ? [low / 1.2, high * 1.2] : [0, Math.max(1, high * 1.04)];
  }
  const full = { x: extent(xs), y: extent(ys) };
  let zoom = full;

  const family = getComputedStyle(document.body).fontFamily;
  const axis = (name, say) => ({
    label: name,
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
      width: place.clientWidth,
      height: chartHeight,
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
        drawClear: [() => (cells = new Map())],
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
  plot.over.append(tip);

  function zoomTo(next) {
    zoom = next;
    zoomOut.hidden = next === full;
    plot.batch(() => {
      plot.setScale("x", { min: next.x[0], max: next.x[1] });
      plot.setScale("y", { min: next.y[0], max: next.y[1] });
    });
    show(null);
  }

  /** The dot next to a place on the chart, where one is near enough. */
  function dotAt(left, top) {
    let [best, least] = [null, nearEnough ** 2];
    for (const across of [-nearEnough, 0, nearEnough])
      for (const down of [-nearEnough, 0, nearEnough])
        for (const at of cells.get(cellOf(left + across, top + down)) ?? []) {
          const far =
            (plot.valToPos(xs[at], "x") - left) ** 2 + (plot.valToPos(ys[at], "y") - top) ** 2;
          if (far < least) [best, least] = [at, far];
        }
    return best;
  }

  function show(at) {
    tip.hidden = at === null;
    plot.over.classList.toggle("on-dot", at !== null);
    if (at === null) return;
    const name = points.names[points.group[at]] ?? "other";
    const bad = failed.has(at) ? " · not completed" : "";
    tip.textContent = `${name}\n${span(points.y[at])} · ${count(points.x[at])} tokens${bad}`;
    const left = plot.valToPos(xs[at], "x");
    const flip = left > plot.over.clientWidth - 180;
    tip.style.left = flip ? "auto" : `${left + 10}px`;
    tip.style.right = flip ? `${plot.over.clientWidth - left + 10}px` : "auto";
    tip.style.top = `${Math.max(0, plot.valToPos(ys[at], "y") - 40)}px`;
  }

  const where = (event) => {
    const box = plot.over.getBoundingClientRect();
    return dotAt(event.clientX - box.left, event.clientY - box.top);
  };
  let [downX, downY] = [0, 0];
  plot.over.addEventListener("mousemove", (event) =>
    show(event.buttons === 0 ? where(event) : null),
  );
  plot.over.addEventListener("mouseleave", () => show(null));
  plot.over.addEventListener(
    "mousedown",
    (event) => ([downX, downY] = [event.clientX, event.clientY]),
  );
  plot.over.addEventListener("click", (event) => {
    // The end of a drag is not a click.
    if (Math.hypot(event.clientX - downX, event.clientY - downY) > 3) return;
    const at = where(event);
    if (at === null) return;
    const address = `/request/${encodeURIComponent(points.id[at])}`;
    if (event.ctrlKey || event.metaKey) open(address);
    else location.assign(address);
  });
  plot.over.addEventListener("dblclick", () => zoomTo(full));
  zoomOut.addEventListener("click", () => zoomTo(full));
  new ResizeObserver(() => {
    plot.setSize({ width: place.clientWidth, height: chartHeight });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
  place.dataset.drawn = String(points.id.length);
}

async function load() {
  const answer = await fetch(place.dataset.points, { cache: "no-store" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const points = await answer.json();
  if (points.id.length === 0) {
    state.textContent = "No call of this time has both values.";
    return;
  }
  state.remove();
  draw(points);
}

if (place)
  load().catch(() => {
    state.textContent = "The calls could not be loaded; reload the page to try again.";
  });
