// Entry and router: one view at a time stands in <main>, chosen by the path.
import { dashboard } from './dashboard.js';
import { landing } from './landing.js';
import { login } from './login.js';

const views = { '/': landing, '/login': login, '/dashboard': dashboard };
const titles = { '/': '/dev/chat: pair coding with Alex', '/login': 'Sign in to /dev/chat',
  '/dashboard': 'Your desk at /dev/chat' };
const main = document.querySelector('main');
let shown;

function show({ focus }) {
  const path = location.pathname in views ? location.pathname : '/';
  const view = document.querySelector(`#view-${views[path].name}`).content.cloneNode(true);
  main.replaceChildren(view);
  shown = location.pathname;
  document.title = titles[path];
  if (focus) {
    scrollTo(0, 0);
    main.querySelector('h1').focus({ preventScroll: true });
  }
  views[path](main, { navigate, reload: () => show({ focus: false }) });
}

/** Moves to a path of this page; `note` is what the next view should say about why. */
function navigate(path, { replace = false, note } = {}) {
  history[replace ? 'replaceState' : 'pushState']({ note }, '', path);
  show({ focus: true });
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/"]');
  const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
  if (!link || button || metaKey || ctrlKey || shiftKey || altKey) return;
  event.preventDefault();
  navigate(link.getAttribute('href'));
});

// A jump inside the page (the skip link) changes only the fragment, and must not redraw the view.
addEventListener('popstate', () => location.pathname !== shown && show({ focus: true }));

// The browser's Back button, pressed at Checkout, revives this page with its buttons disabled.
addEventListener('pageshow', (event) => event.persisted && show({ focus: false }));

show({ focus: false });
