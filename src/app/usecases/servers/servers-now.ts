// What decides the order of candidates, as this router knows it at the moment.
import type { ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { HealthBoard } from "./health-board.ts";
import type { Limiter } from "./limiter.ts";
import type { LoadedBoard } from "./loaded-board.ts";

export function createServersNow(
  limiter: Pick<Limiter, "load" | "turn" | "isFull">,
  health: Pick<HealthBoard, "standing">,
  loaded: Pick<LoadedBoard, "warmth">,
): ServersNow {
  return {
    standing: ({ baseUrl }) => health.standing(baseUrl),
    load({ name }) {
      const { active, waiting } = limiter.load(name);
      return { running: active, waiting, turn: limiter.turn(name) };
    },
    warmth: (target) => loaded.warmth(target),
    isFull: (server) => limiter.isFull(server),
  };
}
