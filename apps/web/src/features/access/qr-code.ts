// QR codes as ISO/IEC 18004 has them, as far as a link needs: bytes, the lowest level of correction, versions 1 to 10.

/** By version, from 1: codewords in all, those of correction in each block, and blocks. */
const sizes = [
  [26, 7, 1],
  [44, 10, 1],
  [70, 15, 1],
  [100, 20, 1],
  [134, 26, 1],
  [172, 18, 2],
  [196, 20, 2],
  [242, 24, 2],
  [292, 30, 2],
  [346, 18, 4],
] as const;
const byteMode = 0b0100;
const fill = [0xec, 0x11] as const;

/** Bits, most significant first. */
class Bits {
  readonly list: number[] = [];

  add(value: number, length: number): this {
    for (let at = length - 1; at >= 0; at -= 1) this.list.push((value >>> at) & 1);
    return this;
  }
}

/**
 * The squares of a code, row by row; true is dark. The quiet zone of four squares around it is not part of it.
 * @returns null for more than 271 bytes, which take more than a screen shows well
 */
export function qrCode(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const index = sizes.findIndex(([all, check, blocks], at) => bytes.length + (at < 9 ? 2 : 3) <= all - check * blocks);
  const size = sizes[index];
  if (!size) return null;
  const [all, check, blocks] = size;
  const version = index + 1;
  const data = dataOf(bytes, version, all - check * blocks);
  return new Squares(version).draw(interleave(data, check, blocks));
}

function dataOf(bytes: Uint8Array, version: number, length: number): number[] {
  const bits = new Bits().add(byteMode, 4).add(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) bits.add(byte, 8);
  bits.add(0, Math.min(4, length * 8 - bits.list.length));
  bits.add(0, -bits.list.length & 7);
  const data = Array.from({ length: bits.list.length / 8 }, (_, at) =>
    bits.list.slice(at * 8, at * 8 + 8).reduce((value, bit) => value * 2 + bit, 0),
  );
  for (let at = 0; data.length < length; at += 1) data.push(fill[at % 2] ?? 0);
  return data;
}

/** Blocks with their codewords of correction, taken in turn; the last blocks may be one longer. */
function interleave(data: readonly number[], check: number, count: number): number[] {
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  const divisor = divisorOf(check);
  let from = 0;
  const blocks = Array.from({ length: count }, (_, at) => {
    const part = data.slice(from, from + short + (at < count - longer ? 0 : 1));
    from += part.length;
    return { part, rest: remainder(part, divisor) };
  });
  const inTurn = (lists: readonly (readonly number[])[]) =>
    Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, at) =>
      lists.flatMap((list) => list[at] ?? []),
    ).flat();
  return [...inTurn(blocks.map(({ part }) => part)), ...inTurn(blocks.map(({ rest }) => rest))];
}

/** In GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let at = 7; at >= 0; at -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> at) & 1) * a;
  }
  return product;
}

function divisorOf(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let step = 0; step < degree; step += 1) {
    for (let at = 0; at < degree; at += 1) result[at] = multiply(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = multiply(root, 2);
  }
  return result;
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const result = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (result.shift() ?? 0);
    result.push(0);
    for (const [at, coefficient] of divisor.entries()) result[at] = (result[at] ?? 0) ^ multiply(coefficient, factor);
  }
  return result;
}

class Squares {
  private readonly size: number;
  private readonly dark: boolean[][];
  /** Squares that hold no data. */
  private readonly taken: boolean[][];

  constructor(private readonly version: number) {
    this.size = version * 4 + 17;
    const empty = () => Array.from({ length: this.size }, () => Array<boolean>(this.size).fill(false));
    this.dark = empty();
    this.taken = empty();
  }

  draw(codewords: readonly number[]): boolean[][] {
    for (let at = 0; at < this.size; at += 1) {
      this.set(6, at, at % 2 === 0);
      this.set(at, 6, at % 2 === 0);
    }
    for (const [x, y] of [
      [3, 3],
      [this.size - 4, 3],
      [3, this.size - 4],
    ] as const)
      this.finder(x, y);
    this.alignments();
    this.format();
    this.versionBits();
    this.data(codewords);
    return this.dark;
  }

  private set(x: number, y: number, isDark: boolean): void {
    const [row, takenRow] = [this.dark[y], this.taken[y]];
    if (!row || !takenRow || x < 0 || x >= this.size) return;
    row[x] = isDark;
    takenRow[x] = true;
  }

  private square(x: number, y: number, reach: number, isDark: (distance: number) => boolean): void {
    for (let dy = -reach; dy <= reach; dy += 1)
      for (let dx = -reach; dx <= reach; dx += 1)
        this.set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
  }

  private finder(x: number, y: number): void {
    this.square(x, y, 4, (distance) => distance !== 2 && distance !== 4);
  }

  private alignments(): void {
    if (this.version === 1) return;
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.ceil((this.size - 13) / (count * 2 - 2)) * 2;
    const places = [6, ...Array.from({ length: count - 1 }, (_, at) => this.size - 7 - (count - 2 - at) * step)];
    const last = this.size - 7;
    for (const x of places)
      for (const y of places)
        if (!((x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6)))
          this.square(x, y, 2, (distance) => distance !== 1);
  }

  /** Of the lowest level of correction and the first mask. */
  private format(): void {
    const bits = ((0b01000 << 10) | checked(0b01000, 10, 0x537)) ^ 0x5412;
    const bit = (at: number) => ((bits >>> at) & 1) === 1;
    for (let at = 0; at <= 5; at += 1) this.set(8, at, bit(at));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) this.set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) this.set(this.size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) this.set(8, this.size - 15 + at, bit(at));
    this.set(8, this.size - 8, true);
  }

  private versionBits(): void {
    if (this.version < 7) return;
    const bits = (this.version << 12) | checked(this.version, 12, 0x1f25);
    for (let at = 0; at < 18; at += 1) {
      const [far, near] = [this.size - 11 + (at % 3), Math.floor(at / 3)];
      this.set(far, near, ((bits >>> at) & 1) === 1);
      this.set(near, far, ((bits >>> at) & 1) === 1);
    }
  }

  /** In columns of two, from the right, up and down in turn; every second square is turned round. */
  private data(codewords: readonly number[]): void {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const isUp = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.size; step += 1)
        for (const x of [right, right - 1]) {
          const y = isUp ? this.size - 1 - step : step;
          const row = this.dark[y];
          if (!row || this.taken[y]?.[x] === true) continue;
          const bit = ((codewords[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1;
          row[x] = (bit === 1) !== ((x + y) % 2 === 0);
          at += 1;
        }
    }
  }
}

/** The remainder of a binary polynomial. */
function checked(value: number, degree: number, divisor: number): number {
  let rest = value;
  for (let step = 0; step < degree; step += 1) rest = (rest << 1) ^ ((rest >>> (degree - 1)) * divisor);
  return rest;
}
