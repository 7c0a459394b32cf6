// What is typed is saved a moment later, so that a reload or a closed window loses nothing.
'use strict';

const form = document.getElementById('application');
const SECONDS = 1.5;
let timer = null;

function typed() {
  const data = new FormData(form);
  data.delete('resume'); // It goes up by itself (js/upload.js).
  return data;
}

async function save() {
  clearTimeout(timer);
  timer = null;
  try {
    const answer = await fetch(form.dataset.draft, { method: 'POST', body: typed(), keepalive: true });
    if (answer.ok) document.getElementById('draft-said').dataset.saved = '';
  } catch {
    // Offline: the next change tries again, and sending the form takes all of it along.
  }
}

form.addEventListener('input', (event) => {
  if (event.target.type === 'file') return;
  clearTimeout(timer);
  timer = setTimeout(save, SECONDS * 1000);
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden && timer) save();
});
form.addEventListener('submit', () => clearTimeout(timer));
