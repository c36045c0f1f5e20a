// By what a router knows a request that it has sent itself, or that came by its group before: the
// pseudonym that it puts into `Via` (RFC 9110 §7.6.3).

export interface Via {
  /** As it is sent now. */
  pseudonym(): string;
  /**
   * Whether a request with this header leads round in a circle: it came through this process, or for
   * the second time through a router of the group. One hop between two of them may be meant.
   */
  isLoop(header: string | null): boolean;
  /** From now on the router is one of this group's; a UUID. */
  joined(groupId: string): void;
}

/** @param process hex digits that no other process has */
export function createVia(process: string): Via {
  let name = `smolrouter-${process}`;
  let group: string | null = null;
  return {
    pseudonym: () => name,
    isLoop(header) {
      if (header === null) return false;
      if (header.includes(process)) return true;
      return group !== null && header.split(group).length > 2;
    },
    joined(groupId) {
      if (group !== null) return;
      group = `smolrouter-${groupId.replaceAll("-", "").slice(0, 12)}.`;
      name = group + process;
    },
  };
}
