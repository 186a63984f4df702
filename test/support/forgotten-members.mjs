// Prints the share of the bytes of members that is kept over small collections, after they have left. 64 are there at
// a time, as connections are. `node --expose-gc forgotten-members.mjs list|set|numbers|map`

import process from 'node:process';
import { ByNumber } from '../../build/adapters/by-number.js';
import { MemberList } from '../../build/conn/memory/member-list.js';

const WORDS = 64;
const BYTES = 8 * WORDS;
const ring = new Array(64).fill(undefined);

/** Each adds a member, and gives the function by which it leaves. */
const kinds = {
  list() {
    const members = new MemberList();
    return (member) => {
      const place = members.add(member);
      return () => place.leave();
    };
  },
  set() {
    const members = new Set();
    return (member) => {
      members.add(member);
      return () => members.delete(member);
    };
  },
  numbers() {
    const members = new ByNumber();
    return (member, number) => {
      members.add(number, member);
      return () => members.take(number);
    };
  },
  map() {
    const members = new Map();
    return (member, number) => {
      members.set(number, member);
      return () => members.delete(number);
    };
  },
};
const add = kinds[process.argv[2]]();

let number = 0;
function pass(count) {
  for (let i = 0; i < count; i++) {
    ring[i % ring.length]?.();
    ring[i % ring.length] = add(new Array(WORDS).fill(i), ++number);
  }
}

pass(1000);
// All that is there grows old.
globalThis.gc();
const before = process.memoryUsage().heapUsed;
const ROUNDS = 20;
const COUNT = 1000;
for (let i = 0; i < ROUNDS; i++) {
  pass(COUNT);
  globalThis.gc({ type: 'minor' });
}
const kept = process.memoryUsage().heapUsed - before;
console.log((kept / (ROUNDS * COUNT * BYTES)).toFixed(4));
