// A disk of some megabytes, which a test can fill.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

export class SmallDisk {
  /** Mounts it in the folder of the world; it goes with the world. */
  static async in(world, bytes) {
    const folder = join(world.folder, 'small_disk');
    await mkdir(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder],
        { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      throw new Error(`a small disk can't be mounted: ${error.message}; run tests/crash/own_mounts `
        + 'node --test disk_full.test.mjs, or as root', { cause: error });
    }
    return world.keep(new SmallDisk(folder));
  }

  constructor(folder) {
    this.folder = folder;
    this.filler = join(folder, 'filler');
  }

  /** Leaves no byte free. */
  async fill() {
    const file = await open(this.filler, 'a');
    try {
      const plenty = Buffer.alloc(1 << 20, 'x');
      // What of it still fits is written.
      await assert.rejects(async () => {
        while (true) await file.writeFile(plenty);
      }, { code: 'ENOSPC' });
    } finally {
      await file.close();
    }
  }

  async make_room() {
    await rm(this.filler);
  }

  async close() {
    execFileSync('umount', [this.folder]);
  }
}
