import { type ComingRange, comingFires, type FirePlan } from './coming-fires.js';

export interface SlotLoad {
  readonly fromMs: number;
  /** Starts on all hosts together. */
  readonly starts: number;
}

/**
 * How many starts by time fall into each slot, empty ones too. Slots are aligned to multiples of their length, and the
 * first one is counted from `fromMs` on.
 * @param slotMs length of a slot
 */
export function startsBySlot(
  plans: readonly FirePlan[],
  { fromMs, untilMs }: Pick<ComingRange, 'fromMs' | 'untilMs'>,
  slotMs: number,
): SlotLoad[] {
  const firstMs = Math.floor(fromMs / slotMs) * slotMs;
  const starts = new Map<number, number>();
  for (let atMs = firstMs; atMs < untilMs; atMs += slotMs) starts.set(atMs, 0);
  for (const plan of plans) {
    for (const { atMs, hosts } of comingFires([plan], { fromMs, untilMs, limit: Number.POSITIVE_INFINITY }).fires) {
      const slot = Math.floor(atMs / slotMs) * slotMs;
      if (starts.has(slot)) starts.set(slot, (starts.get(slot) ?? 0) + hosts);
    }
  }
  return [...starts].map(([slotFromMs, count]) => ({ fromMs: slotFromMs, starts: count }));
}
