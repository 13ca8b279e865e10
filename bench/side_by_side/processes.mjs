// What the bench starts: each is ended by its own id, however the bench ends.
import { spawn } from 'node:child_process';
import { openSync, readFileSync, closeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

const running = new Set();
const stop_time_ms = 30_000;

/** At the bench's end nothing of it is left; safe to call in an exit handler. */
export function kill_all() {
  for (const child of running) child.kill('SIGKILL');
}

function start(binary, args, options) {
  const child = spawn(binary, args, options);
  running.add(child);
  child.ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal));
  }).finally(() => running.delete(child));
  return child;
}

/** A server: its standard error goes to a file, as a service manager would keep it. */
export class Server {
  constructor(binary, args, { env, folder, log }) {
    this.what = [binary, ...args].join(' ');
    this.log = log;
    const log_file = openSync(log, 'a');
    this.began = performance.now();
    this.child = start(binary, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...env },
      stdio: ['ignore', 'pipe', log_file],
    });
    closeSync(log_file);
  }

  /** The address that it prints, or an error when it ends first. */
  async url() {
    const lines = createInterface({ input: this.child.stdout });
    const said = new Promise((resolve) => lines.on('line', (line) => {
      const address = / listening on (http:\/\/\S+)$/.exec(line);
      if (address) resolve(address[1]);
    }));
    const ended = this.child.ended.then((how) => {
      throw new Error(`${this.what} ended with ${how}: ${this.last_words()}`);
    });
    ended.catch(() => {});  // It may end later, when nobody waits any more.
    return Promise.race([said, ended]);
  }

  last_words() {
    return readFileSync(this.log, 'utf8').trim().split('\n').slice(-3).join('\n');
  }

  /** Microseconds of processor time since its start, of all its threads; in ticks of 10 ms. */
  processor_us() {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    // The name in parentheses may have blanks; utime and stime are fields 14 and 15 of proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }

  /** All that is resident, and the part of it that is no file's: libraries are shared. */
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const mib = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) / 1024;
    return { resident_mib: mib('VmRSS'), anonymous_mib: mib('RssAnon') };
  }

  async stop() {
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), stop_time_ms);
    const how = await this.child.ended;
    clearTimeout(patience);
    if (how !== 0 && how !== 'SIGTERM') throw new Error(`${this.what} ended with ${how} at SIGTERM`);
  }
}

/** Runs to its end; answers what it printed. `ok` says which exit codes are. */
export async function output_of(binary, args, { env, folder, ok = [0] } = {}) {
  const child = start(binary, args, {
    cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = [child.stdout, child.stderr].map(async (stream) => {
    const parts = [];
    for await (const part of stream) parts.push(part);
    return Buffer.concat(parts).toString();
  });
  const [out, err] = await Promise.all(texts);
  const how = await child.ended;
  if (!ok.includes(how)) throw new Error(`${binary} ${args.join(' ')} ended with ${how}: ${out}${err}`);
  return out;
}
