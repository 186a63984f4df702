import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { AppModule } from './nest-module.mjs';

export async function start(createServer) {
  const handler = express();
  const app = await NestFactory.create(AppModule, new ExpressAdapter(handler), { logger: false });
  if (createServer === undefined) {
    await app.listen(0, '127.0.0.1');
    return app.getHttpServer();
  }
  await app.init();
  return createServer(handler).listen(0, '127.0.0.1');
}
