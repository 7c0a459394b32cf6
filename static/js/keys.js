// The board by keyboard: arrows walk, Space lifts and chooses among the legal columns, letters do what buttons do.
'use strict';

let lifted = null; // { card, stages, at }: the legal stages and which of them is chosen, -1 for none yet.

const cardAt = (element) => element?.closest?.('.card');
const announce = (text) => { document.getElementById('said').textContent = text; };

function focus(card) {
  card?.querySelector('.cover').focus();
  card?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function walk(card, key) {
  const cards = [...card.parentNode.querySelectorAll('.card')];
  const at = cards.indexOf(card);
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    focus(cards[at + (key === 'ArrowDown' ? 1 : -1)]);
    return;
  }
  const columns = [...foyer.board().querySelectorAll('.column')].filter((column) => column.querySelector('.card'));
  const rightwards = (key === 'ArrowRight') === (getComputedStyle(foyer.board()).direction === 'ltr');
  const column = columns[columns.indexOf(foyer.columnOf(card)) + (rightwards ? 1 : -1)];
  const others = [...(column?.querySelectorAll('.card') ?? [])];
  focus(others[Math.min(at, others.length - 1)]);
}

function lift(card) {
  lifted = { card, stages: card.dataset.moves.split(' '), at: -1 };
  foyer.held = { card, list: card.parentNode, next: card.nextElementSibling };
  foyer.mark(card);
  card.dataset.lifted = '';
  const names = lifted.stages.map((stage) => foyer.column(stage).dataset.title);
  announce(`${card.dataset.name} lifted. Arrow keys choose among ${names.join(' and ')}, Enter drops, Escape cancels.`);
}

function choose(step) {
  const { stages } = lifted;
  lifted.at = Math.max(0, Math.min(stages.length - 1, lifted.at + step));
  const column = foyer.column(stages[lifted.at]);
  foyer.over(column);
  column.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  announce(`${column.dataset.title}, ${lifted.at + 1} of ${stages.length}`);
}

function letGo() {
  const { card, stages, at } = lifted;
  lifted = null;
  foyer.held = null;
  foyer.unmark();
  delete card.dataset.lifted;
  return { card, stage: stages[at] };
}

function whileLifted(event) {
  if (event.key === 'ArrowRight' || event.key === 'ArrowDown') choose(1);
  else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') choose(-1);
  else if (event.key === 'Enter' || event.key === ' ') {
    const { card, stage } = letGo();
    if (stage) foyer.move(card, stage);
    else announce(`${card.dataset.name} put down where it was.`);
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    announce(`${letGo().card.dataset.name} put down where it was.`);
  } else return;
  event.preventDefault();
}

const onCard = {
  ' ': (card) => card.dataset.moves && lift(card),
  m: (card) => {
    card.querySelector('.move')?.click();
    card.querySelector('.menu button')?.focus();
  },
  r: (card) => card.dataset.rejection && foyer.reject(card.dataset.rejection, card),
  x: (card) => card.querySelector('.pick input')?.click(),
};

const anywhere = {
  u: () => document.querySelector('#toast [data-key="u"]')?.click(),
  '/': () => document.querySelector('[data-key="/"]').focus(),
  '?': () => document.getElementById('keys').showModal(),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (lifted) {
    whileLifted(event);
    return;
  }
  const { target } = event;
  if (document.querySelector('dialog[open]') || target.closest('input:not([type=checkbox]), textarea, select')) return;
  const card = target.closest('.menu') ? null : cardAt(target);
  if (card && event.key.startsWith('Arrow')) {
    event.preventDefault();
    walk(card, event.key);
    return;
  }
  if (event.key === 'ArrowDown' && target === document.body) {
    event.preventDefault();
    focus(foyer.board().querySelector('.card'));
    return;
  }
  if (event.key === ' ' && !target.matches('.cover')) return; // A button or box under the focus wants it.
  const act = (cardAt(target) && onCard[event.key.toLowerCase()]) || anywhere[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act(cardAt(target));
});
