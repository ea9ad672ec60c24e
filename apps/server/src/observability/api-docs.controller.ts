import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { withStyleNonce } from '../http/style-nonce.js';
import { Origins } from '../shared/origins.js';
import { apiDocsPage } from './api-docs.js';
import { openApiDocument } from './openapi.js';

/** What the API is, for programs and for people. Open to everybody: it tells nothing about this installation. */
@Controller('/api')
export class ApiDocsController {
  constructor(@Inject(Origins) private readonly origins: Origins) {}

  @Get('/openapi.json')
  document(@Req() request: FastifyRequest) {
    return openApiDocument(this.origins.forHost(request.headers.host));
  }

  @Get('/docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    return withStyleNonce(reply, apiDocsPage(openApiDocument(this.origins.forHost(request.headers.host))));
  }
}
