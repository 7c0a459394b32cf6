// The resume goes up the moment it is chosen or dropped, with its progress, into the draft; the server draws that part
// of the form anew. If the way is broken the file stays chosen and goes with the form, as it does without script.
'use strict';

const part = () => document.getElementById('resume-part');

function prepare() {
  const zone = part();
  zone.querySelector('input[type="file"]').classList.add('visually-hidden');
  for (const one of zone.querySelectorAll('[data-script-only]')) one.hidden = false;
}

function said(text) {
  const note = part().querySelector('.drop .hint') ?? part().querySelector('.drop p').appendChild(document.createElement('span'));
  note.className = 'hint';
  note.textContent = text;
}

function draw(html) {
  const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('resume-part');
  if (!fresh) return false;
  const hadFocus = part().contains(document.activeElement);
  part().replaceWith(fresh);
  htmx.process(fresh);
  prepare();
  if (hadFocus) fresh.querySelector('input[type="file"]').focus();
  document.dispatchEvent(new CustomEvent('foyer:resume'));
  return true;
}

function failed(name) {
  part().removeAttribute('aria-busy');
  part().querySelector('progress').hidden = true;
  said(`${name} could not be uploaded now. It is still chosen and goes along when you send the form.`);
}

function upload(input) {
  const file = input.files[0];
  if (!file) return;
  const zone = part();
  const progress = zone.querySelector('progress');
  const request = new XMLHttpRequest();
  zone.setAttribute('aria-busy', 'true');
  progress.hidden = false;
  said(`${file.name} is being uploaded`);
  request.upload.addEventListener('progress', (event) => {
    if (event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener('load', () => {
    if (![200, 422].includes(request.status) || !draw(request.responseText)) failed(file.name);
  });
  request.addEventListener('error', () => failed(file.name));
  request.open('POST', zone.dataset.upload);
  request.send(new FormData(input.form));
}

document.addEventListener('change', (event) => {
  if (event.target.matches('#resume-part input[type="file"]')) upload(event.target);
});

// Nothing is drawn anew under a file that is on its way.
document.addEventListener('htmx:before:swap', (event) => {
  if (part().hasAttribute('aria-busy')) event.preventDefault();
});
document.addEventListener('htmx:after:swap', () => {
  prepare();
  document.dispatchEvent(new CustomEvent('foyer:resume'));
});

for (const type of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (event) => {
    const zone = event.target.closest?.('[data-drop]');
    if (!zone || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    zone.toggleAttribute('data-over', type === 'dragover');
    if (type !== 'drop' || !event.dataTransfer.files.length) return;
    const input = zone.querySelector('input[type="file"]');
    input.files = event.dataTransfer.files;
    upload(input);
  });
}

prepare();
