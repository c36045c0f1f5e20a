// Names of models with their numbers apart, so that `3.2` finds `llama3.2`.

export interface ApartName {
  readonly text: string;
  /** Where in the name a character of the text stands; of a space between, where what follows does. */
  placeInName(at: number): number;
}

const between = /(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu;

/** @returns null where no number touches a letter */
export function withNumbersApart(name: string): ApartName | null {
  const text = name.replaceAll(between, " ");
  if (text === name) return null;
  return {
    text,
    placeInName(at) {
      let place = 0;
      for (let own = 0; own < at; own++) if (text[own] === name[place]) place++;
      return place;
    },
  };
}
