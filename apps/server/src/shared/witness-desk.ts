import type { Body } from '@carillon/contract/agent/catalog';
import { Injectable } from '@nestjs/common';

/** One host that is connected to this server, and what its agent keeps of the audit. */
export interface WitnessHost {
  readonly host: string;
  /** Resolves with null when the agent does not answer in time; undefined: it cannot be asked. */
  readonly ask: (() => Promise<Body<'audit.kept'> | null>) | undefined;
}

/** Where whoever checks the audit finds the agents, whose answers come over their sockets and never from the database. */
@Injectable()
export class WitnessDesk {
  private list: () => readonly WitnessHost[] = () => [];

  /** For the gateway, which has the sockets. */
  open(list: () => readonly WitnessHost[]): void {
    this.list = list;
  }

  /** Connected hosts by name. @param after none up to this name */
  hosts(after: string | null, count: number): WitnessHost[] {
    return this.list()
      .filter(({ host }) => after === null || host > after)
      .sort((one, other) => (one.host < other.host ? -1 : 1))
      .slice(0, count);
  }
}
