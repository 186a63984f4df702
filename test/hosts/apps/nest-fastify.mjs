import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './nest-module.mjs';

export async function start(createServer) {
  // Fastify sets its keepAliveTimeout on servers of its own alone.
  const options = createServer && {
    serverFactory: (handler) => createServer({ keepAliveTimeout: 72_000 }, handler),
  };
  const app = await NestFactory.create(AppModule, new FastifyAdapter(options), { logger: false });
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer();
}
