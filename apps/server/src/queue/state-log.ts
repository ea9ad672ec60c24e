import { Logger } from '@nestjs/common';

/** Says once that something broke and once that it works again, however many errors come in between. */
export class StateLog {
  private readonly logger: Logger;
  private broken: string | undefined;

  constructor(private readonly subject: string) {
    this.logger = new Logger(subject);
  }

  /** Why it is broken now; undefined while it works. */
  get problem(): string | undefined {
    return this.broken;
  }

  fails(error: unknown): void {
    const message = describeError(error);
    if (this.broken === undefined) this.logger.error(`${this.subject} fails: ${message}`);
    this.broken = message;
  }

  works(): void {
    if (this.broken !== undefined) this.logger.log(`${this.subject} works again`);
    this.broken = undefined;
  }
}

/** One line about an error. Connection errors of several addresses (AggregateError) have an empty message. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describeError(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
