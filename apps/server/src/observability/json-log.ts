import type { LoggerService } from '@nestjs/common';
import pino from 'pino';

/** Contexts in which the framework tells every step of its own start. */
const frameworkTalk = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's log lines as JSON, one a line, for whatever collects them. */
export class JsonLog implements LoggerService {
  private readonly pino: pino.Logger;

  /** @param level least level that is written: trace, debug, info, warn, error */
  constructor(level: string) {
    this.pino = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  }

  log(message: unknown, ...rest: unknown[]): void {
    const level = frameworkTalk.has(String(rest.at(-1))) ? 'debug' : 'info';
    this.pino[level](...line(message, rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.pino.warn(...line(message, rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.pino.error(...line(message, rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.pino.debug(...line(message, rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.pino.trace(...line(message, rest));
  }
}

/** Nest gives the context last and a stack, if any, before it. */
function line(message: unknown, rest: readonly unknown[]): [Record<string, unknown>, string] {
  const context = rest.at(-1);
  const stack = rest.length > 1 && typeof rest[0] === 'string' ? { stack: rest[0] } : {};
  const text = message instanceof Error ? (message.stack ?? message.message) : String(message);
  return [{ ...(typeof context === 'string' ? { context } : {}), ...stack }, text];
}
