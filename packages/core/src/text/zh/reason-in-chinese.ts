import type { Reason } from '../../alert/reason.js';
import { type InTime, type Means, say } from '../say.js';
import { alertEnds, alertReasons, driftKinds, ownFaults } from './alert-words.js';

/** @returns null where there are no words for its code, or a figure is missing, as in what was kept before there were any */
export function reasonInChinese({ code, figures }: Pick<Reason, 'code' | 'figures'>, inTime: InTime): string | null {
  const isOver = code === 'recovered' || code.endsWith('_over');
  const found = isOver ? alertEnds : of(figures?.part === undefined ? alertReasons : ownFaults, code);
  return say(found, figures, means, inTime);
}

/** What is said in a word of its own; what has none here, such as an exit code, is said by a form that needs none. */
const means: Means = (figure, value) =>
  figure === 'drift' && typeof value === 'string' ? of(driftKinds, value) : undefined;

/** A key that may be none: what was kept may be newer. */
function of<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
