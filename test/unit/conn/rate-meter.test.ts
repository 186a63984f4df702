import { expect, test } from 'vitest';
import { RateMeter } from '../../../src/conn/rate-meter.js';

test('n bytes may take five seconds and n divided by the rate', () => {
  const meter = new RateMeter();
  meter.start(1000);
  meter.count(240);
  expect(meter.tooSlow(240, 7000)).toBe(false);
  expect(meter.tooSlow(240, 7001)).toBe(true);
  expect(meter.tooSlow(480, 6501)).toBe(true);
  expect(meter.tooSlow(0, 99_000)).toBe(false);
});

test('only the time counts in which bytes are awaited', () => {
  const meter = new RateMeter();
  meter.start(0);
  meter.stop(3000);
  meter.stop(50_000);
  meter.start(100_000);
  meter.start(101_000);
  expect(meter.tooSlow(240, 102_000)).toBe(false);
  expect(meter.tooSlow(240, 102_001)).toBe(true);
});

test('nothing is too slow while nothing is awaited', () => {
  const meter = new RateMeter();
  expect(meter.tooSlow(240, 99_000)).toBe(false);
  meter.start(0);
  meter.stop(9000);
  expect(meter.tooSlow(240, 99_000)).toBe(false);
  meter.start(99_000);
  expect(meter.tooSlow(240, 99_000)).toBe(true);
});

test('another message begins anew', () => {
  const meter = new RateMeter();
  meter.start(0);
  meter.reset();
  expect(meter.running).toBe(false);
  meter.start(50_000);
  expect(meter.tooSlow(240, 55_000)).toBe(false);
});
