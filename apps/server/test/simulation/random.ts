/** Everything that looks like chance in a simulation comes from one seed. (sfc32: fast, and good enough to choose faults.) */
export class Random {
  private a: number;
  private b = 0x9e3779b9;
  private c = 0x243f6a88;
  private count = 1;

  constructor(readonly seed: number) {
    this.a = seed | 0;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new Error('expected something to pick from');
    return one;
  }

  bytes(count: number): Buffer {
    const words = new Uint32Array(Math.ceil(count / 4));
    for (let at = 0; at < words.length; at += 1) words[at] = this.next() * 4_294_967_296;
    return Buffer.from(words.buffer, 0, count);
  }
}
