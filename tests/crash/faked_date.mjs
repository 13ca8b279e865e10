// A date of its own for all programs of a world, which moves when the test says so. Clocks that
// measure go on as they are.
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class FakedDate {
  #ahead = 0;

  /** Of the programs that are launched from now on: this machine's date, until it is moved. */
  static of(world) {
    const date = new FakedDate(join(world.folder, 'date'));
    date.move(0);
    world.env = { ...world.env, LD_PRELOAD: library(), FAKETIME_TIMESTAMP_FILE: date.file,
      FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    return date;
  }

  constructor(file) {
    this.file = file;
  }

  /** For all at once: none of them reads half of it. */
  move(seconds) {
    this.#ahead += seconds;
    writeFileSync(`${this.file}.new`, `+${this.#ahead}\n`);
    renameSync(`${this.file}.new`, this.file);
  }

  now() {
    return Date.now() / 1_000 + this.#ahead;
  }
}

/** Loaded by the programs themselves: the command would stay as their parent, and be killed alone. */
function library() {
  try {
    return execFileSync('faketime', ['-m', 'now', 'printenv', 'LD_PRELOAD'],
      { encoding: 'utf8' }).trim();
  } catch (error) {
    throw new Error(`the date can't be faked: ${error.message}; run scripts/setup test`,
      { cause: error });
  }
}
