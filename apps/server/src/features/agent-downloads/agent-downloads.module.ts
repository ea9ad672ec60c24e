import { createReadStream } from 'node:fs';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response as ResponseOf } from '@carillon/contract/http/route';
import { agentProgramFile, downloadPathOf, installScriptPath } from '@carillon/core/install/installer-line';
import { Controller, Get, Head, Inject, Module, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Handles } from '../../http/handles.js';
import { Origins } from '../../shared/origins.js';
import { type AgentFile, AgentFiles, offered } from './agent-files.js';
import { answerForFile } from './file-answer.js';
import { installScript } from './install-script.js';

/** The agent for new hosts. Open to everybody: a host that has not joined has nothing to sign in with, and nothing is secret. */
@Controller()
class AgentDownloadsController {
  constructor(
    @Inject(AgentFiles) private readonly files: AgentFiles,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  @Handles(hostRoutes.agentFiles)
  async list(): Promise<ResponseOf<typeof hostRoutes.agentFiles>> {
    const [origin = ''] = this.origins.all;
    const files = await this.files.all();
    return { origin, files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })) };
  }

  @Get(installScriptPath)
  async script(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const program = await this.files.find(agentProgramFile);
    if (!program) return notBuilt(reply, agentProgramFile);
    const origin = this.origins.forHost(request.headers.host);
    return reply
      .header('cache-control', 'no-cache')
      .type('text/plain; charset=utf-8')
      .send(installScript({ origin, sha256: program.sha256 }));
  }

  // Before GET: else Fastify makes one of its own from it, which reads the whole file.
  @Head(downloadPathOf(':name'))
  head(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.answer(name, request, reply);
  }

  @Get(downloadPathOf(':name'))
  download(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.answer(name, request, reply);
  }

  private async answer(name: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const file = await this.files.find(name);
    return file ? sendFile(file, request, reply) : notBuilt(reply, name);
  }
}

function sendFile(file: AgentFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const etag = `"${file.sha256}"`;
  const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
  const answer = answerForFile({ range, ifRange: ifRange as string | undefined, ifNoneMatch }, { etag, ...file });
  void reply
    .status(answer.status)
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    // The same address will hold the next build.
    .header('cache-control', 'no-cache');
  if (answer.status === 304) return reply.send();
  if (answer.status === 416) return reply.header('content-range', `bytes */${file.bytes}`).send();
  const { start, end } = answer;
  if (answer.status === 206) void reply.header('content-range', `bytes ${start}-${end}/${file.bytes}`);
  void reply
    .header('content-length', end - start + 1)
    .header('content-disposition', `attachment; filename="${file.name}"`)
    .type('application/octet-stream');
  if (request.method === 'HEAD' || end < start) return reply.send();
  return reply.send(createReadStream(file.path, { start, end }));
}

function notBuilt(reply: FastifyReply, name: string): FastifyReply {
  const command = Object.hasOwn(offered, name) ? offered[name] : undefined;
  const text = command
    ? `${name} has not been built on this server: ${command} makes it, in a clone of the repository; ` +
      'CARILLON_DOWNLOADS names the folder that it is taken from (default: dist/agent)\n'
    : `There is no such file here. Offered are: ${Object.keys(offered).join(', ')}\n`;
  return reply.status(404).type('text/plain; charset=utf-8').send(text);
}

@Module({ controllers: [AgentDownloadsController], providers: [AgentFiles] })
export class AgentDownloadsModule {}
