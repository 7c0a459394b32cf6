// The board's drag and drop: legal columns light up, a drop posts the move, a refused card goes back where it was.
'use strict';

const board = document.getElementById('board');
let held = null; // While a card is held: { card, list, next }, where it came from.

function columnOf(element) {
  return element?.closest('.column');
}

function mark(card) {
  const legal = card.dataset.moves.split(' ');
  for (const column of board.querySelectorAll('.column')) {
    const stage = column.dataset.stage;
    if (column === columnOf(card)) column.dataset.drop = 'origin';
    else column.dataset.drop = legal.includes(stage) ? 'legal' : 'illegal';
  }
}

function unmark() {
  for (const column of board.querySelectorAll('.column')) {
    delete column.dataset.drop;
    delete column.dataset.over;
  }
}

function putBack({ card, list, next }) {
  list.insertBefore(card, next?.parentNode === list ? next : list.firstChild);
}

function under(event) {
  const point = event.changedTouches?.[0] ?? event;
  return columnOf(document.elementFromPoint(point.clientX, point.clientY));
}

function say(sentence) {
  const toast = document.getElementById('refusal').content.cloneNode(true);
  toast.querySelector('p').textContent = sentence;
  document.getElementById('toast').replaceChildren(toast);
}

function refusal(card, column) {
  const names = card.dataset.moves.split(' ').map((stage) => document.getElementById(`column-${stage}`).dataset.title);
  const name = card.dataset.name.split(' ')[0];
  return `${name} is in ${columnOf(card).dataset.title} and can go to ${names.join(' or ')} from there, not to ${column.dataset.title}.`;
}

function drop(event) {
  const { card } = held;
  const origin = held;
  const target = under(event.originalEvent);
  held = null;
  unmark();
  card.removeAttribute('style');
  // Sortable leaves the card in the last legal column it crossed, wherever the pointer went after that.
  const landed = columnOf(event.to);
  putBack(origin);
  if (!target || target === columnOf(card)) return;
  if (target !== landed) {
    say(refusal(card, target));
    return;
  }
  move(card, target, origin);
}

// The card waits in its new column for the answer, which brings the true one.
async function move(card, column, origin) {
  column.querySelector('.cards').prepend(card);
  card.setAttribute('aria-busy', 'true');
  const answered = new AbortController();
  const settle = () => {
    card.removeAttribute('aria-busy');
    if (card.isConnected) putBack(origin);
  };
  board.addEventListener('htmx:response:error', settle, answered);
  board.addEventListener('htmx:error', () => {
    settle();
    say('The server could not be reached, so nothing was moved. Check the connection and try again.');
  }, answered);
  await htmx.ajax('POST', card.dataset.url, {
    source: board,
    swap: 'none',
    values: { stage: column.dataset.stage, seq: card.dataset.seq },
  });
  answered.abort();
}

function arm() {
  for (const list of board.querySelectorAll('.cards:not([data-armed])')) {
    list.dataset.armed = '';
    Sortable.create(list, {
      group: {
        name: 'stages',
        put: (to, from, card) => card.dataset.moves?.split(' ').includes(columnOf(to.el).dataset.stage),
      },
      draggable: '.card[data-moves]',
      filter: '.move, .menu',
      preventOnFilter: false,
      sort: false, // Columns order themselves; a drop has no position.
      forceFallback: true, // One behaviour for mouse and touch, and a card that can be styled while it is held.
      fallbackOnBody: true,
      fallbackTolerance: 4,
      delay: 180,
      delayOnTouchOnly: true, // A swipe scrolls; a rest of the finger lifts.
      animation: 0,
      onStart: ({ item }) => {
        held = { card: item, list: item.parentNode, next: item.nextElementSibling };
        mark(item);
      },
      onMove: ({ to }) => {
        for (const column of board.querySelectorAll('[data-over]')) delete column.dataset.over;
        if (columnOf(to).dataset.drop === 'legal') columnOf(to).dataset.over = '';
      },
      onEnd: drop,
    });
  }
}

if (board.querySelector('[data-moves]')) arm();

// Nothing changes under a card that is held.
document.addEventListener('htmx:before:swap', (event) => {
  if (held) event.preventDefault();
});

// On a phone the tab of the column in view is the current one.
const tabs = [...document.querySelectorAll('.stage-tabs a')];
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    for (const tab of document.querySelectorAll('.stage-tabs a')) {
      tab.toggleAttribute('aria-current', tab.hash === `#${entry.target.id}`);
    }
  }
}, { root: board, threshold: 0.6 });
if (tabs[0]?.checkVisibility()) board.querySelectorAll('.column').forEach((column) => seen.observe(column));
