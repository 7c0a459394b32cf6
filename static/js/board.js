// The board's drag and drop: legal columns light up, a drop posts the move, a refused card goes back where it was.
// Other files use what `window.foyer` offers here.
'use strict';

const foyer = {
  held: null, // While a card is held by mouse, finger or keyboard: { card, list, next }, where it came from.
  board: () => document.getElementById('board'),
  columnOf: (element) => element?.closest('.column'),
  column: (stage) => document.getElementById(`column-${stage}`),

  // Light up the columns that the card may go to.
  mark(card) {
    const legal = card.dataset.moves.split(' ');
    for (const column of foyer.board().querySelectorAll('.column')) {
      if (column === foyer.columnOf(card)) column.dataset.drop = 'origin';
      else column.dataset.drop = legal.includes(column.dataset.stage) ? 'legal' : 'illegal';
    }
  },

  unmark() {
    for (const column of foyer.board().querySelectorAll('.column')) {
      delete column.dataset.drop;
      delete column.dataset.over;
    }
  },

  over(column) {
    for (const other of foyer.board().querySelectorAll('[data-over]')) delete other.dataset.over;
    if (column?.dataset.drop === 'legal') column.dataset.over = '';
  },

  say(sentence) {
    const toast = document.getElementById('refusal').content.cloneNode(true);
    toast.querySelector('p').textContent = sentence;
    document.getElementById('toast').replaceChildren(toast);
  },

  refusal(card, column) {
    const names = card.dataset.moves.split(' ').map((stage) => foyer.column(stage).dataset.title);
    const name = card.dataset.name.split(' ')[0];
    const here = foyer.columnOf(card).dataset.title;
    return `${name} is in ${here} and can go to ${names.join(' or ')} from there, not to ${column.dataset.title}.`;
  },

  // An element to send one request from. htmx lets requests of the same element wait for one another, drops the third,
  // and does not say so: what a person does must never wait for, or get lost behind, something else.
  messenger() {
    const element = document.createElement('span');
    element.hidden = true;
    document.body.append(element);
    return element;
  },

  // The card waits in its new column for the answer, which brings the true one. A rejection asks why first.
  async move(card, stage) {
    if (stage === 'rejected') {
      foyer.reject(card.dataset.rejection, card);
      return;
    }
    const origin = { card, list: card.parentNode, next: card.nextElementSibling };
    const hadFocus = card.contains(document.activeElement);
    foyer.column(stage).querySelector('.cards').prepend(card);
    card.setAttribute('aria-busy', 'true');
    const source = foyer.messenger();
    const settle = () => {
      card.removeAttribute('aria-busy');
      if (card.isConnected) putBack(origin);
    };
    source.addEventListener('htmx:response:error', settle);
    source.addEventListener('htmx:error', () => {
      settle();
      foyer.say('The server could not be reached, so nothing was moved. Check the connection and try again.');
    });
    await htmx.ajax('POST', card.dataset.url, { source, swap: 'none', values: { stage, seq: card.dataset.seq } });
    source.remove();
    if (hadFocus) document.getElementById(card.id)?.querySelector('.cover').focus();
  },
};
window.foyer = foyer;

function putBack({ card, list, next }) {
  list.insertBefore(card, next?.parentNode === list ? next : list.firstChild);
}

function under(event) {
  const point = event.changedTouches?.[0] ?? event;
  return foyer.columnOf(document.elementFromPoint(point.clientX, point.clientY));
}

function drop(event) {
  const origin = foyer.held;
  const { card } = origin;
  // Where Sortable left the card says little: in the last legal column it crossed, and it looks every 50 ms only.
  const target = under(event.originalEvent);
  foyer.held = null;
  foyer.unmark();
  card.removeAttribute('style');
  putBack(origin);
  if (!target || target === foyer.columnOf(card)) return;
  if (card.dataset.moves.split(' ').includes(target.dataset.stage)) foyer.move(card, target.dataset.stage);
  else foyer.say(foyer.refusal(card, target));
}

function arm() {
  for (const list of foyer.board().querySelectorAll('.cards:not([data-armed])')) {
    list.dataset.armed = '';
    Sortable.create(list, {
      group: {
        name: 'stages',
        put: (to, from, card) => card.dataset.moves?.split(' ').includes(foyer.columnOf(to.el).dataset.stage),
      },
      draggable: '.card[data-moves]',
      filter: '.move, .menu, .pick',
      preventOnFilter: false,
      sort: false, // Columns order themselves; a drop has no position.
      forceFallback: true, // One behaviour for mouse and touch, and a card that can be styled while it is held.
      fallbackOnBody: true,
      fallbackTolerance: 4,
      delay: 180,
      delayOnTouchOnly: true, // A swipe scrolls; a rest of the finger lifts.
      animation: 0,
      onStart: ({ item }) => {
        foyer.held = { card: item, list: item.parentNode, next: item.nextElementSibling };
        foyer.mark(item);
      },
      onMove: ({ to }) => foyer.over(foyer.columnOf(to)),
      onEnd: drop,
    });
  }
}

arm();
document.addEventListener('htmx:after:swap', arm);

// Nothing changes under a card that is held.
document.addEventListener('htmx:before:swap', (event) => {
  if (foyer.held) event.preventDefault();
});

// On a phone the tab of the column in view is the current one.
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    for (const tab of document.querySelectorAll('.stage-tabs a')) {
      if (tab.hash === `#${entry.target.id}`) tab.setAttribute('aria-current', 'true');
      else tab.removeAttribute('aria-current');
    }
  }
}, { root: foyer.board(), threshold: 0.6 });
if (document.querySelector('.stage-tabs').checkVisibility()) {
  foyer.board().querySelectorAll('.column').forEach((column) => seen.observe(column));
}
