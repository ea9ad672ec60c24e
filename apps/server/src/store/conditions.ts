/** A WHERE clause that says only what is asked for, so that each list gets its own index. */
export class Conditions {
  readonly values: unknown[] = [];
  readonly #parts: string[] = [];

  always(sql: string): void {
    this.#parts.push(sql);
  }

  /** Adds a condition on a value unless it is undefined. */
  given(value: unknown, sql: (place: string) => string): void {
    if (value !== undefined) this.#parts.push(sql(this.place(value)));
  }

  /** Hands over a value. @returns its place, `$3` */
  place(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get sql(): string {
    return this.#parts.length === 0 ? '' : `WHERE ${this.#parts.join(' AND ')}`;
  }
}
