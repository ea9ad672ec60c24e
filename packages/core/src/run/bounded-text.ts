import { completeLength } from './character-border.js';

/** For the line that says how much is missing. */
const noteBytes = 100;
const newline = 0x0a;

/** Keeps the beginning and the end of a text that may be of any length: whole lines, and a line for what lies between. */
export class BoundedText {
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private tail: Buffer = Buffer.alloc(0);
  private total = 0;
  private readonly headLimit: number;
  private readonly tailLimit: number;

  /** @param limitBytes of the whole in UTF-8, at least 1,000 */
  constructor(private readonly limitBytes: number) {
    this.tailLimit = Math.floor(limitBytes / 4);
    this.headLimit = limitBytes - this.tailLimit - noteBytes;
  }

  /** Takes the next bytes of UTF-8. */
  take(chunk: Buffer): void {
    this.total += chunk.length;
    const forHead = chunk.subarray(0, this.headLimit - this.headBytes);
    this.headBytes += forHead.length;
    if (forHead.length > 0) this.head.push(Buffer.from(forHead));
    const rest = chunk.subarray(forHead.length);
    if (rest.length === 0) return;
    const all = Buffer.concat([this.tail, rest]);
    this.tail = Buffer.from(all.subarray(Math.max(0, all.length - this.tailLimit)));
  }

  /** What is kept. Signs that steer a console, or that a database does not take, are question marks. */
  text(): string {
    const head = Buffer.concat(this.head);
    const dropped = this.total - head.length - this.tail.length;
    if (dropped === 0) return this.shown(Buffer.concat([head, this.tail]));
    // Of lines that were cut nothing is kept, where there are any.
    const headEnd = head.lastIndexOf(newline) + 1 || head.length;
    const tailStart = this.tail.indexOf(newline) + 1;
    const missing = dropped + (head.length - headEnd) + tailStart;
    const note = Buffer.from(`[${missing} bytes left out]\n`);
    return this.shown(Buffer.concat([head.subarray(0, headEnd), note, this.tail.subarray(tailStart)]));
  }

  private shown(bytes: Buffer): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const text = bytes.toString('utf8').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '?');
    // What is no UTF-8 becomes a longer sign.
    const again = Buffer.from(text);
    if (again.length <= this.limitBytes) return text;
    const cut = again.subarray(0, this.limitBytes);
    return cut.subarray(0, completeLength(cut, 'utf-8')).toString('utf8');
  }
}
