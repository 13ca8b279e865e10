// Chance that a number brings back: which choices a run made, though not what the processes did.
import { randomInt } from 'node:crypto';

/** From `CRASH_SEED`, else drawn; printed either way. Answers numbers from 0 up to 1. */
export function dice() {
  const seed = Number(process.env.CRASH_SEED ?? randomInt(2 ** 32));
  console.log(`CRASH_SEED=${seed} makes the same choices again`);
  let state = seed >>> 0;
  // mulberry32
  return () => {
    state = (state + 0x6D2B79F5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number, both ends possible. */
export const between = (random, least, most) =>
  least + Math.floor(random() * (most - least + 1));

export const one_of = (random, list) => list[Math.floor(random() * list.length)];
