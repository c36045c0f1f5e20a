// The driving port of the model lists: what a front door may list for clients.
import type { HeaderList } from "../domain/http/headers.ts";
import type { ModelObject } from "../domain/routing/model-list.ts";

export interface ModelCatalog {
  /**
   * Aliases, mapped names and the models of all servers, each id once; waits at most 2 s.
   * @param client the caller's headers: its own key may open the default upstream's list
   */
  list(client: HeaderList): Promise<readonly ModelObject[]>;
}
