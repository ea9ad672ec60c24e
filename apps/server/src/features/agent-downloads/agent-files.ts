import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { agentInstallerFile, agentProgramFile } from '@carillon/core/install/installer-line';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';

/** How to make each file that is offered; nothing else of the folder is. */
export const offered: Readonly<Record<string, string>> = {
  [agentProgramFile]: 'npm run build:agent',
  [agentInstallerFile]: 'npm run build:msi',
};

export interface AgentFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Of what is in the file now, hexadecimal. */
  readonly sha256: string;
}

/** The agent's programs as they were built; they may come, or be built anew, while the server runs. */
@Injectable()
export class AgentFiles {
  private readonly known = new Map<string, { mark: string; file: Promise<AgentFile> }>();

  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'downloadsFolder'>) {}

  /** @returns undefined when it is not one of ours or has not been built */
  async find(name: string): Promise<AgentFile | undefined> {
    if (!Object.hasOwn(offered, name)) return undefined;
    const path = join(this.config.downloadsFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const mark = `${found.ino}-${found.mtimeMs}-${found.size}`;
    const known = this.known.get(name);
    if (known?.mark === mark) return known.file;
    const file = hashOf(path).then((sha256) => ({ name, path, bytes: found.size, sha256 }));
    this.known.set(name, { mark, file });
    // A read that failed is tried again by the next.
    file.catch(() => this.known.delete(name));
    return file;
  }

  /** Those that are there. */
  async all(): Promise<AgentFile[]> {
    const files = await Promise.all(Object.keys(offered).map((name) => this.find(name)));
    return files.filter((file) => file !== undefined);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
