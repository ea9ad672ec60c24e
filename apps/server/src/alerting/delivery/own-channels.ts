import type { ChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import { Injectable } from '@nestjs/common';

/** Channels of the server itself, which no document describes, by name. */
@Injectable()
export class OwnChannels {
  private readonly specs = new Map<string, ChannelSpec>();

  add(spec: ChannelSpec): void {
    this.specs.set(spec.name, spec);
  }

  get all(): ReadonlyMap<string, ChannelSpec> {
    return this.specs;
  }
}
