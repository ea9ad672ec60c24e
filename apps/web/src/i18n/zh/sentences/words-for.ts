/** Words of another language for each sentence of a table: one that is missing does not compile. */
export type WordsFor<Table> = Readonly<Record<keyof Table, string>>;
