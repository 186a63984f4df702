// Those who observe a server: from its start, or from when they join until they leave.

import { expect, test } from 'vitest';
import { Observers } from '../../../../src/conn/watch/observers.js';
import type { Observer } from '../../../../src/observe/observer.js';

class Scene {
  readonly heard: string[] = [];
  readonly errors: unknown[] = [];
  readonly observers: Observers;

  constructor(...names: readonly string[]) {
    this.observers = new Observers(
      names.map((name) => this.named(name)),
      (error) => this.errors.push(error),
    );
  }

  named(name: string): Observer {
    return { connectionRefused: () => void this.heard.push(name) };
  }

  /** Who hears of something. */
  tell(): string[] {
    this.observers.observer?.connectionRefused?.({ reason: 'connections' });
    return this.heard.splice(0);
  }
}

test('without an observer there is none to tell', () => {
  expect(new Scene().observers.observer).toBe(undefined);
});

test('those of the start hear in their order, and who joins hears last', () => {
  const scene = new Scene('a', 'b');
  expect(scene.tell()).toEqual(['a', 'b']);
  scene.observers.add(scene.named('c'));
  expect(scene.tell()).toEqual(['a', 'b', 'c']);
});

test('who leaves hears no more, and the others do', () => {
  const scene = new Scene('a');
  const [b, c] = [scene.named('b'), scene.named('c')];
  scene.observers.add(b);
  scene.observers.add(c);
  scene.observers.remove(b);
  expect(scene.tell()).toEqual(['a', 'c']);
});

test('after the last has left there is none to tell, until another joins', () => {
  const scene = new Scene();
  const only = scene.named('only');
  scene.observers.add(only);
  expect(scene.tell()).toEqual(['only']);
  scene.observers.remove(only);
  expect(scene.observers.observer).toBe(undefined);
  scene.observers.add(only);
  expect(scene.tell()).toEqual(['only']);
});

test('what none of them has is undefined, also after one who had it has left', () => {
  const scene = new Scene('a');
  const limits: Observer = { limitChanged: () => undefined };
  expect(scene.observers.observer?.limitChanged).toBe(undefined);
  scene.observers.add(limits);
  expect(scene.observers.observer?.limitChanged).toBeTypeOf('function');
  scene.observers.remove(limits);
  expect(scene.observers.observer?.limitChanged).toBe(undefined);
});

test('who holds the observer tells those who joined since', () => {
  const scene = new Scene('a');
  const held = scene.observers.observer;
  scene.observers.add(scene.named('b'));
  held?.connectionRefused?.({ reason: 'connections' });
  expect(scene.heard).toEqual(['a', 'b']);
});

test('what one throws is told, and keeps nobody from hearing', () => {
  const scene = new Scene();
  const failure = new Error('x');
  scene.observers.add({
    connectionRefused() {
      throw failure;
    },
  });
  scene.observers.add(scene.named('b'));
  expect([scene.tell(), scene.errors]).toEqual([['b'], [failure]]);
});
