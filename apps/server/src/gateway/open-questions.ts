/** Questions to whoever may not answer: of several that ask the same one at once, all get the one answer. */
export class OpenQuestions<K, A> {
  private readonly open = new Map<K, { answer: Promise<A | null>; settle: (answer: A | null) => void }>();

  constructor(private readonly limitMs: number) {}

  /** @param put is called when nobody waits for this one yet @returns null when no answer came in time */
  ask(key: K, put: () => void): Promise<A | null> {
    const known = this.open.get(key);
    if (known) return known.answer;
    let settle: (answer: A | null) => void = () => undefined;
    const answer = new Promise<A | null>((resolve) => {
      const timer = setTimeout(() => this.settle(key, null), this.limitMs);
      settle = (told) => {
        clearTimeout(timer);
        resolve(told);
      };
    });
    this.open.set(key, { answer, settle });
    put();
    return answer;
  }

  /** An answer that nobody waits for is dropped. */
  settle(key: K, answer: A | null): void {
    this.open.get(key)?.settle(answer);
    this.open.delete(key);
  }
}
