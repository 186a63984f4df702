// Prints the share of the bytes of members that is kept over small collections, after they have left. 64 are there at
// a time, as connections are. `node --expose-gc forgotten-members.mjs list|set`

import process from 'node:process';
import { MemberList } from '../../build/conn/memory/member-list.js';

const usesSet = process.argv[2] === 'set';
const members = usesSet ? new Set() : new MemberList();
const WORDS = 64;
const BYTES = 8 * WORDS;
const ring = new Array(64).fill(undefined);

function pass(count) {
  for (let i = 0; i < count; i++) {
    const leaving = ring[i % ring.length];
    if (leaving !== undefined) {
      if (usesSet) members.delete(leaving.member);
      else leaving.place.leave();
    }
    const member = new Array(WORDS).fill(i);
    ring[i % ring.length] = { member, place: members.add(member) };
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
