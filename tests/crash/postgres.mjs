// A PostgreSQL of the test's own: a folder, a socket in it and a process that nobody else has.
import { execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../e2e/support.mjs';

// It refuses to be run by root.
const account = 'postgres';
const as_root = process.getuid() === 0;

export class Postgres {
  /** Made, started, and gone with the world. Not in its folder, which other accounts can't enter. */
  static async in(world) {
    const postgres = new Postgres(await mkdtemp(join(tmpdir(), 'billing-pg-')));
    world.keep(postgres);
    await postgres.#prepare();
    await postgres.start();
    return postgres;
  }

  constructor(folder) {
    this.folder = folder;
    this.data = join(folder, 'data');
    this.url = `postgresql://${account}@/postgres?host=${folder}`;
    this.log = [];
  }

  async #prepare() {
    if (as_root) {
      const id = (which) => Number(execFileSync('id', [which, account], { encoding: 'utf8' }));
      await chown(this.folder, id('-u'), id('-g'));
    }
    const [program, args] = command('initdb', ['--pgdata', this.data, '--username', account,
      '--auth', 'trust', '--encoding', 'UTF8', '--no-sync']);
    execFileSync(program, args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  async start() {
    // One that was killed leaves backends behind, and it can't start before they have noticed.
    await eventually('PostgreSQL has started', 30_000, async () =>
      (await this.#launch() ? true : undefined));
  }

  /** Answers whether it came up. */
  async #launch() {
    const [program, args] = command('postgres', ['-D', this.data, '-k', this.folder,
      '-c', 'listen_addresses=', '-c', 'logging_collector=off']);
    this.child = spawn(program, args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = createInterface({ input: this.child.stderr });
    this.ended = new Promise((resolve) => { this.child.once('exit', () => resolve(false)); });
    const ready = new Promise((resolve) => lines.on('line', (line) => {
      this.log.push(line);
      if (line.includes('database system is ready to accept connections')) resolve(true);
    }));
    return Promise.race([ready, this.ended]);
  }

  /** kill -9 of the one that starts all others, which end when they notice. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async close() {
    // At once, and its backends with it.
    this.child?.kill('SIGQUIT');
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One of its programs as the account that may run it, in the process that is launched. */
function command(name, args) {
  const program = join(folder_of_programs(), name);
  if (!as_root) return [program, args];
  const who = ['--reuid', account, '--regid', account, '--clear-groups'];
  return ['setpriv', [...who, program, ...args]];
}

function folder_of_programs() {
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
  } catch {
    // Debian has pg_config in a package of its own, and the programs in a folder a version.
    const found = execFileSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | sort -V'],
      { encoding: 'utf8' }).trim();
    return found.split('\n').at(-1);
  }
}
