// The dialog that asks why somebody is rejected: from a card, its menu, a key, the selection or the panel, always this.
'use strict';

const dialog = document.getElementById('reject');
let opener = null; // What the focus goes back to.

foyer.reject = async (url, from) => {
  opener = from.querySelector('.cover') ?? from;
  for (const menu of document.querySelectorAll('.menu:popover-open')) menu.hidePopover();
  const source = foyer.messenger();
  await htmx.ajax('GET', url, { source, target: dialog, swap: 'innerHTML' });
  source.remove();
  if (dialog.firstElementChild && !dialog.open) dialog.showModal();
  dialog.querySelector('#reject-title')?.focus();
};

document.addEventListener('click', (event) => {
  const trigger = event.target.closest('[data-dialog="reject"]');
  if (trigger) {
    event.preventDefault();
    const url = trigger.href ?? `${trigger.formAction}?${selected()}`;
    foyer.reject(url, trigger.closest('.card') ?? trigger);
  }
  if (event.target.closest('dialog [data-action="close-dialog"]')) {
    event.preventDefault();
    dialog.close();
  }
});

function selected() {
  const keys = [...document.querySelectorAll('.pick :checked')].map((box) => ['application', box.value]);
  return new URLSearchParams(keys).toString();
}

// A reason suggests the mail that suits it.
dialog.addEventListener('change', (event) => {
  if (event.target.name === 'reason') dialog.querySelector('[name=mail]').value = event.target.dataset.mail;
});

// The answer to a rejection empties the dialog.
document.addEventListener('htmx:after:swap', () => {
  if (dialog.open && !dialog.firstElementChild) dialog.close();
});

dialog.addEventListener('close', () => {
  dialog.replaceChildren();
  const back = opener?.isConnected ? opener : document.querySelector(`#${opener?.closest('.card')?.id} .cover`);
  back?.focus();
});
