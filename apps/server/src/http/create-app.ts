import type { DynamicModule, LoggerService, LogLevel, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import { acknowledgePath } from '../shared/acknowledge-links.js';
import { makeAdapter, prepareHttp } from './create-http.js';

/** The application with its HTTP side set up, not yet listening; the server and the tests make it the same way. */
export async function createApp(
  root: DynamicModule | Type,
  config: Config,
  logger: LoggerService | LogLevel[] | false,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(root, makeAdapter(config), {
    logger,
    // Fastify reads JSON itself; forms, which a page of any site may send, are not read at all.
    bodyParser: false,
    // Else Nest would end the process itself, without a word of ours.
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeContentTypeParser('text/plain');
  // The one form that there is: its address says everything, and of its body nothing is kept.
  fastify.addContentTypeParser('text/plain', { parseAs: 'string', bodyLimit: 1024 }, (request, _body, done) => {
    const isForm = request.url.startsWith(`${acknowledgePath}?`);
    const code = 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
    done(isForm ? null : Object.assign(new Error('Unsupported Media Type'), { code, statusCode: 415 }), undefined);
  });
  await prepareHttp(app, config);
  return app;
}
