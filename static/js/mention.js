// “@” in a note offers colleagues: arrows choose, Enter or Tab takes, Escape closes. What is stored is the plain name.
'use strict';

const list = () => document.getElementById('people');
const writing = () => document.activeElement?.matches('[data-mentions]') && document.activeElement;
const offered = () => [...list().querySelectorAll('[role=option]:not([hidden])')];

// The @ before the caret and what is typed after it, if a name could stand there.
function started(field) {
  return field.value.slice(0, field.selectionStart).match(/(?:^|[^\w@.])@([^\n@]{0,60})$/);
}

function offer(field) {
  const typed = started(field)?.[1].toLowerCase();
  if (typed === undefined) {
    hide();
    return;
  }
  for (const option of list().querySelectorAll('[role=option]')) {
    const name = option.dataset.name.toLowerCase();
    option.hidden = !(name.startsWith(typed) || name.split(' ').some((part) => part.startsWith(typed)));
  }
  if (!offered().length) {
    hide();
    return;
  }
  list().showPopover({ source: field });
  choose(offered()[0]);
}

function choose(option) {
  for (const other of list().querySelectorAll('[aria-selected=true]')) other.setAttribute('aria-selected', 'false');
  option.setAttribute('aria-selected', 'true');
  option.scrollIntoView({ block: 'nearest' });
  writing()?.setAttribute('aria-activedescendant', option.id);
}

function hide() {
  if (list()?.matches(':popover-open')) list().hidePopover();
  for (const field of document.querySelectorAll('[data-mentions]')) field.removeAttribute('aria-activedescendant');
}

function take(option) {
  const field = writing();
  const end = field.selectionStart;
  const start = end - started(field)[1].length;
  field.setRangeText(`${option.dataset.name} `, start, end, 'end');
  hide();
}

document.addEventListener('input', (event) => {
  if (event.target.matches('[data-mentions]')) offer(event.target);
});

document.addEventListener('keydown', (event) => {
  if (!writing() || !list()?.matches(':popover-open')) return;
  const chosen = list().querySelector('[aria-selected=true]');
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(offered().at((offered().indexOf(chosen) + step) % offered().length));
  else if (event.key === 'Enter' || event.key === 'Tab') take(chosen);
  else if (event.key === 'Escape') hide();
  else return;
  event.preventDefault();
});

// The text keeps the focus while the mouse chooses.
document.addEventListener('mousedown', (event) => {
  if (event.target.closest('#people')) event.preventDefault();
});
document.addEventListener('click', (event) => {
  const option = event.target.closest('#people [role=option]');
  if (option) take(option);
});
document.addEventListener('focusout', (event) => {
  if (event.target.matches('[data-mentions]')) hide();
});
