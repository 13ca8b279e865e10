import { offerings } from './api.js';
import { amount } from './money.js';
import { packages } from './packages.js';
import { signed_in } from './session.js';

/** `/`: what Alex sells. Whatever is pressed leads to the sign-in. */
export async function landing(main, { navigate }) {
  const user = signed_in();
  const slot = main.querySelector('.packages');
  const workshops = main.querySelector('.workshops');
  main.querySelector('.desk').hidden = !user;

  await fill();

  async function fill() {
    const offered = await offerings(user?.id).catch(() => null);
    slot.replaceChildren(packages(offered, { chosen: () => navigate('/login'), again: fill }));
    const seat = offered?.workshop?.perSeatPrice;
    workshops.hidden = !seat;
    if (seat) workshops.textContent = `Members also book workshops: ${amount(seat)} per attendee.`;
  }
}
