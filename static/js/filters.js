// The filters act as they are chosen; the button is for those without script. A view is saved with what is chosen now.
'use strict';

const form = document.getElementById('filters');
form.querySelector('[data-without-script]').hidden = true;

function chosen() {
  const pairs = [...new FormData(form)].filter(([, value]) => value !== '');
  return new URLSearchParams(pairs).toString();
}

// What is not chosen does not stand in the address.
form.addEventListener('htmx:config:request', (event) => {
  const { body } = event.detail.ctx.request;
  for (const [name, value] of [...body]) if (value === '' || `${name}=${value}` === 'sort=newest') body.delete(name);
});

document.addEventListener('submit', (event) => {
  if (event.target.matches('[data-with-filters]')) event.target.elements.query.value = chosen();
});

document.querySelector('#views[data-open]')?.showPopover();
