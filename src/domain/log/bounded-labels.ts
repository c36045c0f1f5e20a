// Names that clients choose, kept from growing without end where each becomes a series of its own.

/** What stands for every name beyond the limit. */
const otherLabel = "other";

export interface BoundedLabels {
  /**
   * The label for a name.
   * @param earned whether the name has shown to be real: only then is it learnt
   */
  label(name: string | null, earned: boolean): string;
}

/** @param most names learnt at most */
export function createBoundedLabels(most: number): BoundedLabels {
  const known = new Set<string>();
  return {
    label(name, earned) {
      if (name === null) return "";
      if (known.has(name)) return name;
      if (!earned || known.size >= most || name.length > 128) return otherLabel;
      known.add(name);
      return name;
    },
  };
}
