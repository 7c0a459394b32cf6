// What the resume says goes into fields that are still empty, each marked until it is changed.
'use strict';

const NAMES = { name: 'name', email: 'email', phone: 'phone number', links: 'links' };

function mark(field) {
  const hint = document.createElement('p');
  hint.className = 'hint';
  hint.id = `${field.id}-suggested`;
  hint.textContent = 'From your resume: look it over';
  field.insertAdjacentElement('afterend', hint);
  const before = field.getAttribute('aria-describedby');
  field.setAttribute('aria-describedby', [before, hint.id].filter(Boolean).join(' '));
  field.addEventListener('input', () => {
    hint.remove();
    if (before) field.setAttribute('aria-describedby', before); else field.removeAttribute('aria-describedby');
  }, { once: true });
}

function suggest() {
  const filled = [];
  for (const item of document.querySelectorAll('#found [data-field]')) {
    const field = document.getElementById(item.dataset.field);
    if (field.value || field.readOnly) continue;
    field.value = item.textContent;
    filled.push(NAMES[item.dataset.field]);
    mark(field);
  }
  document.getElementById('found')?.remove(); // Offered once: what is cleared afterwards stays empty.
  if (!filled.length) return;
  const list = new Intl.ListFormat('en').format(filled);
  document.getElementById('suggested').textContent = `We filled in your ${list} from the resume. Look it over, and change what is wrong.`;
  document.getElementById('application').dispatchEvent(new Event('input', { bubbles: true }));
}

document.addEventListener('foyer:resume', suggest);
suggest();
