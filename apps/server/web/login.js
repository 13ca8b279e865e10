import { sign_in } from './api.js';
import { complain } from './dom.js';
import { remember, signed_in } from './session.js';

/** `/login`: an e-mail signs in or registers. */
export function login(main, { navigate }) {
  const form = main.querySelector('form');
  const button = form.querySelector('button');
  const alert = form.querySelector('.alert');
  const note = main.querySelector('.note');
  const user = signed_in();
  if (user) note.textContent = `You are signed in as ${user.email}.`;
  if (history.state?.note) note.textContent = history.state.note;
  form.email.focus({ preventScroll: true });

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    alert.textContent = '';
    button.disabled = true;
    try {
      remember(await sign_in(form.email.value.trim()));
      navigate('/dashboard');
    } catch (failure) {
      complain(alert, failure);
      button.disabled = false;
      form.email.focus();
    }
  });
}
