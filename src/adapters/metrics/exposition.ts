// Figures in Prometheus's text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
// Counting is a look-up and an addition, for it happens on every call; text is made when it is asked for.

/** Values of a family's labels, in the order of their names. */
type Labels = readonly string[];

/** One or more series under one name. */
export interface Family {
  /** Its lines, each ended by a line feed. */
  text(): string;
}

export interface Counter<Names extends Labels> extends Family {
  /** @param by not negative */
  add(by: number, ...labels: { readonly [At in keyof Names]: string }): void;
}

export interface Histogram<Names extends Labels> extends Family {
  observe(value: number, ...labels: { readonly [At in keyof Names]: string }): void;
}

export function createCounter<const Names extends Labels>(
  name: string,
  help: string,
  names: Names,
): Counter<Names> {
  const all = createSeries(() => ({ value: 0 }));
  return {
    add(by, ...labels) {
      all.of(labels).value += by;
    },
    text() {
      const lines = all.list().map(([labels, { value }]) => sample(name, names, labels, value));
      return head(name, help, "counter") + lines.join("");
    },
  };
}

/** @param bounds upper bounds of the buckets, ascending; the one without a bound is added */
export function createHistogram<const Names extends Labels>(
  name: string,
  help: string,
  names: Names,
  bounds: readonly number[],
): Histogram<Names> {
  const all = createSeries(() => ({ counts: new Float64Array(bounds.length + 1), sum: 0 }));

  function lines(labels: Labels, counts: Float64Array, sum: number): string {
    const withBound = [...names, "le"];
    let below = 0;
    let text = "";
    for (const [at, count] of counts.entries()) {
      below += count;
      const bound = bounds[at] === undefined ? "+Inf" : String(bounds[at]);
      text += sample(`${name}_bucket`, withBound, [...labels, bound], below);
    }
    return (
      text +
      sample(`${name}_sum`, names, labels, sum) +
      sample(`${name}_count`, names, labels, below)
    );
  }

  return {
    observe(value, ...labels) {
      const series = all.of(labels);
      let at = 0;
      while (at < bounds.length && value > (bounds[at] ?? 0)) at++;
      series.counts[at] = (series.counts[at] ?? 0) + 1;
      series.sum += value;
    },
    text() {
      const each = all.list().map(([labels, { counts, sum }]) => lines(labels, counts, sum));
      return head(name, help, "histogram") + each.join("");
    },
  };
}

/**
 * A family whose values are asked for when the text is made.
 * @param name of its only label; null: it has none
 * @param values by the label's value; of one without a label, under the empty text
 */
export function askedFor(
  kind: "counter" | "gauge",
  name: string,
  help: string,
  label: string | null,
  values: () => Readonly<Record<string, number>>,
): Family {
  const names = label === null ? [] : [label];
  return {
    text: () =>
      head(name, help, kind) +
      Object.entries(values())
        .map(([said, value]) => sample(name, names, label === null ? [] : [said], value))
        .join(""),
  };
}

interface AllSeries<Series> {
  /** The series of these labels; made where there is none. */
  of(labels: Labels): Series;
  /** In the order in which they were made. */
  list(): readonly (readonly [Labels, Series])[];
}

interface Branch<Series> {
  series: Series | null;
  readonly next: Map<string, Branch<Series>>;
}

/** A tree by label after label: looking a series up makes no text. */
function createSeries<Series>(make: () => Series): AllSeries<Series> {
  const branch = (): Branch<Series> => ({ series: null, next: new Map() });
  const root = branch();
  const made: (readonly [Labels, Series])[] = [];
  return {
    of(labels) {
      let at = root;
      for (const label of labels) {
        let next = at.next.get(label);
        if (next === undefined) at.next.set(label, (next = branch()));
        at = next;
      }
      if (at.series === null) {
        at.series = make();
        made.push([labels, at.series]);
      }
      return at.series;
    },
    list: () => made,
  };
}

function head(name: string, help: string, kind: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${kind}\n`;
}

function sample(name: string, names: Labels, labels: Labels, value: number): string {
  const pairs = names.map((label, at) => `${label}="${escaped(labels[at] ?? "")}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
