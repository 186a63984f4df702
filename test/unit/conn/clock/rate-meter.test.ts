import { expect, test } from 'vitest';
import { RateMeter } from '../../../../src/conn/clock/rate-meter.js';

test('n bytes may take five seconds and n divided by the rate', () => {
  for (const [rate, mayTakeMs] of [
    [240, 6000],
    [480, 5500],
  ] as const) {
    const meter = new RateMeter(rate, 30_000);
    meter.start(1000);
    meter.count(240, 1000);
    expect(meter.tooSlow(1000 + mayTakeMs)).toBe(false);
    expect(meter.tooSlow(1001 + mayTakeMs)).toBe(true);
  }
});

test('no history gives more credit than the cap', () => {
  const meter = new RateMeter(240, 30_000);
  meter.start(0);
  meter.count(1_000_000, 0);
  expect(meter.tooSlow(30_000)).toBe(false);
  expect(meter.tooSlow(30_001)).toBe(true);
});

test('single bytes between long silences do not renew what a burst has earned', () => {
  const meter = new RateMeter(240, 30_000);
  meter.start(0);
  meter.count(1_000_000, 0);
  meter.count(1, 25_000);
  expect(meter.tooSlow(30_000)).toBe(false);
  expect(meter.tooSlow(30_010)).toBe(true);
});

test('bursts at a fair average rate are fast enough', () => {
  const meter = new RateMeter(240, 30_000);
  meter.start(0);
  for (let now = 0; now < 600_000; now += 25_000) {
    meter.count(6000, now);
    expect(meter.tooSlow(now + 25_000)).toBe(false);
  }
});

test('only the time counts in which bytes are awaited', () => {
  const meter = new RateMeter(240, 30_000);
  meter.start(0);
  meter.stop(3000);
  meter.stop(50_000);
  meter.start(100_000);
  meter.start(101_000);
  expect(meter.tooSlow(102_000)).toBe(false);
  expect(meter.tooSlow(102_001)).toBe(true);
});

test('nothing is too slow while nothing is awaited', () => {
  const meter = new RateMeter(240, 30_000);
  expect(meter.tooSlow(99_000)).toBe(false);
  meter.start(0);
  meter.stop(9000);
  expect(meter.tooSlow(99_000)).toBe(false);
  meter.start(99_000);
  expect(meter.tooSlow(99_000)).toBe(true);
});

test('another message begins anew, whatever was earned or owed', () => {
  const meter = new RateMeter(240, 30_000);
  for (const bytes of [0, 1_000_000]) {
    meter.start(0);
    meter.count(bytes, 9000);
    meter.reset();
    expect(meter.running).toBe(false);
    meter.start(50_000);
    expect(meter.tooSlow(55_000)).toBe(false);
    expect(meter.tooSlow(55_001)).toBe(true);
    meter.reset();
  }
});

test('where all has come, what is owed is forgiven and what is earned is kept', () => {
  const owes = new RateMeter(240, 30_000);
  owes.start(0);
  owes.stop(9000);
  owes.renew();
  owes.start(50_000);
  expect(owes.tooSlow(55_000)).toBe(false);
  expect(owes.tooSlow(55_001)).toBe(true);

  const earned = new RateMeter(240, 30_000);
  earned.count(2400, 0);
  earned.renew();
  earned.start(0);
  expect(earned.tooSlow(15_000)).toBe(false);
  expect(earned.tooSlow(15_001)).toBe(true);
});

test('a clock that lags takes nothing and gives nothing', () => {
  const meter = new RateMeter(240, 30_000);
  meter.start(1000);
  meter.count(0, 500);
  expect(meter.tooSlow(6000)).toBe(false);
  expect(meter.tooSlow(6001)).toBe(true);
});

test('a clock that lags shortens no silence that was earned to the cap', () => {
  const meter = new RateMeter(240, 30_000);
  meter.start(1000);
  meter.count(1_000_000, 500);
  expect(meter.tooSlow(31_000)).toBe(false);
  expect(meter.tooSlow(31_001)).toBe(true);
});
