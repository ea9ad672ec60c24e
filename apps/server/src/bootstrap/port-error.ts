import type { Config } from '../config/config.js';

/** Why it cannot listen, in words that say what to do. */
export function portError(error: NodeJS.ErrnoException, config: Pick<Config, 'listenHost' | 'listenPort'>): Error {
  const place = `port ${config.listenPort} on ${config.listenHost}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`${place} is in use by another program; choose another with CARILLON_PORT`);
    case 'EACCES':
      return new Error(`${place} is not allowed for this account; choose one above 1023 with CARILLON_PORT`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${config.listenHost} is no address of this machine; set CARILLON_HOST`);
    default:
      return error;
  }
}
