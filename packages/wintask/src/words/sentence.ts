/** Sentences by a stable name, with places for figures: `{ time_over: 'its time, {{at}}, is over' }`. */
export type Forms = Readonly<Record<string, string>>;

/** What a form may become: `its time, ${string}, is over`. A sentence that no form has does not compile. */
export type Filled<Form extends string> = Form extends `${infer Before}{{${string}}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : Form;

/** Any sentence of a table: what its makers are held to. */
export type SentenceOf<Table extends Forms> = { [Code in keyof Table]: Filled<Table[Code]> }[keyof Table];
