// Keeps what a view shows up to date without ever being busy.

/** While something is under way it is looked for, ever less often. */
const first_pause_ms = 5_000;
const last_pause_ms = 60_000;

/**
 * Runs `look` now, whenever the tab is turned to again, whenever the function that this returns is
 * called, and, as long as `look` answers that something is under way, now and then. Ends with the
 * first look after which `gone()` is true.
 */
export function keep_looking(look, gone) {
  const end = new AbortController();
  let timer;
  let pause_ms;
  let looking = false;
  let once_more = false;
  document.addEventListener('visibilitychange', () => document.hidden || now(),
    { signal: end.signal });
  now();
  return now;

  function now() {
    pause_ms = first_pause_ms;
    run();
  }

  async function run() {
    clearTimeout(timer);
    once_more = looking;
    if (looking) return;
    looking = true;
    const under_way = await look();
    looking = false;
    if (gone()) return end.abort();
    if (once_more) return run();
    if (!under_way) return;
    // A tab that nobody looks at waits to be turned to.
    timer = setTimeout(() => document.hidden || run(), pause_ms);
    pause_ms = Math.min(pause_ms * 1.5, last_pause_ms);
  }
}
