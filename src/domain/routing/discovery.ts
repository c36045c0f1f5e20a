// What is known of the models that servers list; fetched elsewhere, never on a request's path.

export interface DiscoverySnapshot {
  /**
   * Whether a server (by name; `default` for the default upstream) is known to list a model.
   * False also where its list is not known yet.
   */
  serves(serverName: string, model: string): boolean;
}

/** Before any list is known, nothing is discovered. */
export const emptyDiscovery: DiscoverySnapshot = { serves: () => false };
