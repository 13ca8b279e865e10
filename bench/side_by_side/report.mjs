// Medians, the table, and the bars.
const measures = ['a_second', 'delivered_a_second', 'p50_ms', 'p99_ms', 'max_ms', 'processor_us',
  'processors', 'idle_mib', 'idle_anonymous_mib', 'busy_mib', 'start_ms'];

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function medians_of(rounds) {
  return Object.fromEntries(measures.map((what) => [what, median(rounds.map((each) => each[what]))]));
}

/** What the product has to reach against the peer, each as a ratio of medians. */
export function bars_of(results) {
  const by_name = new Map(results.map((each) => [each.name, each]));
  const bars = [];
  const bar = (what, scenario, measure, bound) => {
    const result = by_name.get(scenario);
    if (!result) return;
    const ratio = result.product[measure] / result.peer[measure];
    const reached = bound.least !== undefined ? ratio >= bound.least : ratio <= bound.most;
    bars.push({ what, ratio, ...bound, reached });
  };
  bar('settled clicks a second, 64 connections', 'settled-64', 'a_second', { least: 3.5 });
  bar('processor time of one of those', 'settled-64', 'processor_us', { most: 1 / 3 });
  bar('accepted clicks a second, Stripe at 200 ms', 'accepted-64', 'a_second', { least: 50 });
  bar('delivered clicks a second, Stripe at 200 ms', 'accepted-64', 'delivered_a_second',
    { least: 20 });
  bar('offerings a second, 64 connections', 'offerings-64', 'a_second', { least: 5 });
  const [any] = by_name.keys();
  bar('memory, idle', any, 'idle_mib', { most: 1 / 5 });
  bar('time from start to the first answer', any, 'start_ms', { most: 1 / 3 });
  return bars;
}

const whole = (value) => value.toFixed(0);
const tenth = (value) => value.toFixed(1);
const hundredth = (value) => value.toFixed(2);

const columns = [
  ['', 'what', (row) => row.what],
  ['r', 'answers/s', (row) => whole(row.a_second)],
  ['r', 'at Stripe/s', (row) => (row.clicks ? whole(row.delivered_a_second) : '')],
  ['r', 'p50 ms', (row) => hundredth(row.p50_ms)],
  ['r', 'p99 ms', (row) => tenth(row.p99_ms)],
  ['r', 'CPU µs each', (row) => whole(row.processor_us)],
  ['r', 'CPUs', (row) => hundredth(row.processors)],
  ['r', 'busy MiB', (row) => tenth(row.busy_mib)],
];

/** A table in Markdown, ready for docs/performance.md. */
export function table_of(results) {
  const rows = results.flatMap(({ title, clicks, product, peer }) => {
    const ratio = Object.fromEntries(measures.map((what) => [what, product[what] / peer[what]]));
    const shown = columns.slice(1).map(([, , show]) => show({ ...product, clicks }));
    return [
      [`${title}: product`, ...shown],
      ['peer', ...columns.slice(1).map(([, , show]) => show({ ...peer, clicks }))],
      ['ratio', `${hundredth(ratio.a_second)}×`, clicks ? `${hundredth(ratio.delivered_a_second)}×` : '',
        ...['p50_ms', 'p99_ms', 'processor_us', 'processors', 'busy_mib'].map(
          (what) => hundredth(ratio[what]))],
    ];
  });
  return in_columns([columns.map(([, head]) => head), ...rows]);
}

export function starts_of(product, peer) {
  const shown = ['start_ms', 'idle_mib', 'idle_anonymous_mib'];
  const row = (name, of) => [name, ...shown.map((what) => tenth(of[what]))];
  return in_columns([['', 'start ms', 'idle MiB', 'of it anonymous'],
    row('product', product), row('peer', peer),
    ['ratio', ...shown.map((what) => hundredth(product[what] / peer[what]))]]);
}

export function bar_line({ what, ratio, least, most, reached }) {
  const bound = least !== undefined ? `at least ${least}×` : `at most ${hundredth(most)}×`;
  return `bar ${reached ? 'reached' : 'MISSED '}  ${what}: ${hundredth(ratio)}× (${bound})`;
}

function in_columns([head, ...rows]) {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i])
    : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2)
    : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
