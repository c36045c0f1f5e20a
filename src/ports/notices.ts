// The driving port of what the router wants a person to act on: states shown on every page, and in `/readyz`.

export interface Notice {
  /** Names this happening of the state: it changes when the state ends and comes back. Unique among those current. */
  readonly id: string;
  /** A sentence for anyone who asks `/readyz`: no paths, none of the system's own words. */
  readonly message: string;
  /** What exactly, a line each, for those who may see pages. */
  readonly details?: readonly string[];
  /** Epoch ms when it came to be; absent where nobody knows. */
  readonly since?: number;
  /** Over once what it says is put right. Absent or false: only "Dismiss" ends it. */
  readonly endsByItself?: boolean;
}

/** Where notices come from; asked with every page, so it must not wait or compute much. */
export type NoticeSource = () => readonly Notice[];

export interface Notices {
  /** What holds now and was not dismissed, the most urgent first. */
  current(): readonly Notice[];
  /** Hides a notice until its state happens anew; nothing where it is over, or ends by itself. */
  dismiss(id: string): void;
}
