import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
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
  page(@Req() request: FastifyRequest): string {
    return apiDocsPage(openApiDocument(this.origins.forHost(request.headers.host)));
  }
}
