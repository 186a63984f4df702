// A NestJS module in plain JavaScript: decorators are functions, and are called as such.

import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
  Redirect,
  Sse,
  StreamableFile,
} from '@nestjs/common';
import { interval, map, take } from 'rxjs';

class Cats {
  find(id) {
    if (id === 'none') throw new NotFoundException('no such cat');
    return { id };
  }
}
Injectable()(Cats);

class CatsController {
  constructor(cats) {
    this.cats = cats;
  }
  hello() {
    return 'Hello from Nest';
  }
  find(id, verbose) {
    return { ...this.cats.find(id), verbose };
  }
  create(body) {
    return { created: body };
  }
  away() {
    return undefined;
  }
  file() {
    return new StreamableFile(Buffer.from('a file'), { disposition: 'attachment' });
  }
  events() {
    return interval(5).pipe(
      take(4),
      map((id) => ({ data: { id } })),
    );
  }
  async fails() {
    throw new Error('failed');
  }
}

/** What `@Decorator()` does on a method. */
function onMethod(name, parameters, ...decorators) {
  const { prototype } = CatsController;
  Reflect.defineMetadata(
    'design:paramtypes',
    parameters.map(() => Object),
    prototype,
    name,
  );
  parameters.forEach((decorator, index) => void decorator(prototype, name, index));
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  for (const decorator of decorators) decorator(prototype, name, descriptor);
}

onMethod('hello', [], Get(), Header('X-Nest', 'yes'));
onMethod('find', [Param('id'), Query('verbose')], Get('cats/:id'));
onMethod('create', [Body()], Post('cats'), HttpCode(202));
onMethod('away', [], Get('away'), Redirect('/cats/1', 301));
onMethod('file', [], Get('file'));
onMethod('events', [], Sse('events'));
onMethod('fails', [], Get('fails'));
Reflect.defineMetadata('design:paramtypes', [Cats], CatsController);
Controller()(CatsController);

export class AppModule {}
Module({ controllers: [CatsController], providers: [Cats] })(AppModule);
