// Compares answers with Stripe's own samples (samples/README.md): which fields are missing, of another
// type, or null where the sample has a value. The values themselves don't matter.
import { readFileSync } from 'node:fs';

const read = (name) => JSON.parse(readFileSync(new URL(`samples/${name}.json`, import.meta.url)));
const samples = { acacia: read('acacia'), newest: read('newest') };
const list_sample = { object: 'list', url: '/v1/customers', has_more: false, data: [] };

/** A copy of a sample, and the names of all. */
export const sample_of = (world, name) => structuredClone(samples[world][name]);
export const samples_of = () => Object.entries(samples).flatMap(
  ([world, bodies]) => Object.keys(bodies).map((name) => `${world} ${name}`));

/** Which samples an API version goes with. */
export const world_of = (version) => (version < '2025-03-31' ? 'acacia' : 'newest');

const type_of = (value) => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};
const is_hash = (value) => type_of(value) === 'object';
const is_object = (value) => is_hash(value) && typeof value.object === 'string';

const name_of = (value) => (value.deleted === true ? `deleted_${value.object}` : value.object);

export class Comparison {
  /** How often each field was looked at, and how often it differed in which way. */
  #seen = new Map();
  #differed = new Map();
  compared = new Set();

  /** Compares every object in an answer of that version, however deep it stands. */
  look(body, version) {
    const world = world_of(version);
    this.#count(world, 'answer');
    if (!is_object(body)) this.#differ(world, 'answer', 'has no `object`');
    this.#walk(body, world);
  }

  /** One line a difference; `always` where no instance of the field was right. */
  differences() {
    return [...this.#differed].map(([line, count]) => {
      const field = line.slice(0, line.lastIndexOf(': '));
      return `${line} ${count === this.#seen.get(field) ? 'always' : 'sometimes'}`;
    }).sort();
  }

  #walk(value, world) {
    if (Array.isArray(value)) {
      for (const each of value) this.#walk(each, world);
    } else if (is_hash(value)) {
      if (is_object(value)) this.#object(value, world);
      // What an event shows has the event's version, whatever the version of the request was.
      const within = value.object === 'event' && value.api_version
        ? world_of(value.api_version) : world;
      for (const [name, each] of Object.entries(value)) {
        if (name === 'metadata' || name === 'previous_attributes') continue;
        this.#walk(each, value.object === 'event' && name === 'data' ? within : world);
      }
    }
  }

  #object(value, world) {
    const name = name_of(value);
    const sample = value.object === 'list' ? list_sample : samples[world][name];
    if (!sample) {
      this.#count(world, name);
      this.#differ(world, name, 'has no sample');
      return;
    }
    this.compared.add(`${world} ${name}`);
    this.#hash(sample, value, name, world, samples.acacia[name]);
  }

  /** `older` is the acacia sample of the same place, if there is one. */
  #hash(sample, value, path, world, older) {
    for (const name of Object.keys(older ?? {})) {
      if (Object.hasOwn(sample, name) || !Object.hasOwn(value, name)) continue;
      // Fields that were added since may show at older versions too, but what was removed is gone.
      this.#count(world, `${path}.${name}`);
      this.#differ(world, `${path}.${name}`, 'removed in this version');
    }
    for (const [name, expected] of Object.entries(sample)) {
      const field = `${path}.${name}`;
      this.#count(world, field);
      if (!Object.hasOwn(value, name)) this.#differ(world, field, 'missing');
      else this.#value(expected, value[name], field, world, older?.[name]);
    }
  }

  #value(expected, value, path, world, older) {
    if (expected === null) return;
    if (value === null) {
      // The newest samples fill hashes that may be null with made-up values.
      const made_up = world === 'newest' && older === null;
      if (!made_up) this.#differ(world, path, 'null');
    } else if (typeof expected === 'string' && is_object(value)) {
      // Expanded.
    } else if (type_of(expected) !== type_of(value)) {
      this.#differ(world, path, `${type_of(value)} instead of ${type_of(expected)}`);
    } else if (Array.isArray(expected)) {
      this.#elements(expected, value, path, world, older?.[0]);
    } else if (is_object(expected)) {
      // What it is made of is compared by itself, and an event may be about anything.
      if (expected.object !== value.object && path !== 'event.data.object') {
        this.#differ(world, path, `${value.object} instead of ${expected.object}`);
      }
    } else if (is_hash(expected) && !path.endsWith('.metadata')) {
      this.#hash(expected, value, path, world, older ?? undefined);
    }
  }

  #elements(expected, value, path, world, older) {
    if (expected.length === 0 || is_object(expected[0])) return;
    for (const each of value) {
      this.#count(world, `${path}[]`);
      this.#value(expected[0], each, `${path}[]`, world, older);
    }
  }

  #count(world, field) {
    const key = `${world} ${field}`;
    this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1);
  }

  #differ(world, field, how) {
    const key = `${world} ${field}: ${how}`;
    this.#differed.set(key, (this.#differed.get(key) ?? 0) + 1);
  }
}
