// What is typed is saved a moment later, so that a reload or a closed window loses nothing. Until it is saved, this tab
// remembers it as well: the page may be gone before the answer comes.
'use strict';

const form = document.getElementById('application');
const MOMENT = 1500;
const UNSAVED = `draft:${form.getAttribute('action')}`;
let timer = null;
let sent = false;

function typed() {
  const data = new FormData(form);
  data.delete('resume'); // It goes up by itself (js/upload.js).
  return data;
}

function remember() {
  const fields = [...form.elements].filter((field) => field.name && field.name !== 'website'
    && (field.matches('textarea, select') || ['text', 'email', 'tel'].includes(field.type) || (field.type === 'radio' && field.checked)));
  sessionStorage.setItem(UNSAVED, JSON.stringify(fields.map((field) => [field.name, field.value])));
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, MOMENT);
}

async function save() {
  clearTimeout(timer);
  timer = null;
  try {
    const answer = await fetch(form.dataset.draft, { method: 'POST', body: typed(), keepalive: true });
    if (!answer.ok) return;
    document.getElementById('draft-said').dataset.saved = '';
    if (!timer) sessionStorage.removeItem(UNSAVED);
  } catch {
    // Offline: the next change tries again, and sending the form takes all of it along.
  }
}

for (const [name, value] of JSON.parse(sessionStorage.getItem(UNSAVED) ?? '[]')) {
  const field = form.elements[name];
  if (field && !field.readOnly && field.value !== value) {
    field.value = value;
    later();
  }
}

form.addEventListener('input', (event) => {
  if (event.target.type === 'file' || sent) return;
  remember();
  later();
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden && timer && !sent) save();
});

// The buttons of the form that lead elsewhere (remove the resume, clear the form) end the page as well.
form.addEventListener('submit', () => {
  sent = true;
  clearTimeout(timer);
  sessionStorage.removeItem(UNSAVED);
});

// Back from the page that the form led to.
addEventListener('pageshow', () => { sent = false; });
