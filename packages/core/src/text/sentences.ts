import type { Forms } from '@carillon/wintask/words/sentence';

export type { Filled, Forms, SentenceOf } from '@carillon/wintask/words/sentence';

/** A sentence by its name and figures, for who says it in another language. */
export interface Spoken<Code extends string = string> {
  readonly code: Code;
  readonly figures?: Readonly<Record<string, string>>;
}

interface Form<Code> {
  readonly code: Code;
  /** What stands before, between and after the places. */
  readonly parts: readonly string[];
  readonly names: readonly string[];
}

/**
 * Reads what the product wrote by the same table that its makers are held to: no words of others are guessed at.
 * A form that says more is asked before one that says less, so `at most {{n}} channels` comes before `at most {{n}}`.
 * @returns for a text: its name and figures; null where no form of the table says it
 */
export function readerOf<const Table extends Forms>(
  table: Table,
): (text: string) => Spoken<keyof Table & string> | null {
  type Code = keyof Table & string;
  const whole = new Map<string, Code>();
  const holed: Form<Code>[] = [];
  for (const [code, form] of Object.entries(table) as [Code, string][]) {
    const parts = form.split(/\{\{\w+\}\}/);
    if (parts.length === 1) whole.set(form, code);
    else holed.push({ code, parts, names: figuresOf(form) });
  }
  const weight = ({ parts }: Form<Code>) => parts.join('').length;
  holed.sort((one, other) => weight(other) - weight(one));
  return (text) => {
    const code = whole.get(text);
    if (code !== undefined) return { code };
    for (const form of holed) {
      const figures = read(text, form);
      if (figures) return { code: form.code, figures };
    }
    return null;
  };
}

/** Names of the figures that a form has a place for. */
export function figuresOf(form: string): string[] {
  return [...form.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, name]) => name ?? []);
}

/** The same for each form of a table. */
export function figuresOfAll<Table extends Forms>(table: Table): Record<keyof Table, readonly string[]> {
  const all = Object.entries(table).map(([code, form]) => [code, figuresOf(form)]);
  return Object.fromEntries(all) as Record<keyof Table, readonly string[]>;
}

/** Each figure goes as far as the next part of the form begins, the last one to where the form ends. */
function read(text: string, { parts, names }: Form<string>): Record<string, string> | null {
  const [first = '', ...rest] = parts;
  const last = rest.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const end = text.length - last.length;
  const figures: Record<string, string> = {};
  let from = first.length;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const to = isLast ? end : text.indexOf(rest[index] ?? '', from + 1);
    if (to <= from || to > end) return null;
    figures[name] = text.slice(from, to);
    from = to + (rest[index] ?? '').length;
  }
  return figures;
}
