// What may be held in memory: a limit for each answer, and a number of bytes shared by many holders.

/** Bytes of one answer that are held at most, as a whole or as one event. */
export const maxHeldBytes = 32 * 1024 * 1024;

/** One holder's part of a budget; empty at first. Disposing of it gives all of it back, once. */
export interface Share extends Disposable {
  /** Takes the bytes if they are left; false, and nothing taken, if not, or once given back. */
  take(bytes: number): boolean;
  /** Takes as many of the bytes as are left; returns how many. */
  takeUpTo(bytes: number): number;
}

export interface Budget {
  share(): Share;
  /** Bytes that all holders have together. */
  taken(): number;
}

export function createBudget(limit: number): Budget {
  return new SharedBudget(limit);
}

class SharedBudget implements Budget {
  bytes = 0;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  share(): Share {
    return new BudgetShare(this);
  }

  taken(): number {
    return this.bytes;
  }
}

class BudgetShare implements Share {
  readonly #budget: SharedBudget;
  #own = 0;
  #over = false;

  constructor(budget: SharedBudget) {
    this.#budget = budget;
  }

  take(bytes: number): boolean {
    if (this.#over || this.#budget.bytes + bytes > this.#budget.limit) return false;
    this.takeUpTo(bytes);
    return true;
  }

  takeUpTo(bytes: number): number {
    const budget = this.#budget;
    const got = this.#over ? 0 : Math.min(bytes, budget.limit - budget.bytes);
    budget.bytes += got;
    this.#own += got;
    return got;
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#budget.bytes -= this.#own;
    this.#own = 0;
  }
}
