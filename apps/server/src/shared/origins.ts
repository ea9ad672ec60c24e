import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';

/**
 * Origins under which this server is reached. They come from the configuration, except that a port chosen by the
 * operating system (`CARILLON_PORT=0`) is known only after listening.
 */
@Injectable()
export class Origins {
  private current: readonly string[];

  constructor(@Inject(CONFIG) config: Pick<Config, 'publicOrigins'>) {
    this.current = config.publicOrigins;
  }

  get all(): readonly string[] {
    return this.current;
  }

  /** Puts the real port where the configuration said 0. */
  learnPort(port: number): void {
    this.current = this.current.map((origin) => origin.replace(/:0$/, `:${port}`));
  }

  set(origins: readonly string[]): void {
    this.current = origins;
  }

  /**
   * The origin that a client which sent this Host header dialled, if it is one of ours; else the first.
   * A Host header never becomes an origin by itself: it is the client's word.
   */
  forHost(host: string | undefined): string {
    const known = this.current.find((origin) => new URL(origin).host === host?.toLowerCase());
    return known ?? this.current[0] ?? 'http://localhost';
  }
}
