// What colleagues do appears by itself: every few seconds the board asks what changed since the version it shows.
'use strict';

const SECONDS = 4;
let version = foyer.board().dataset.version;
let asking = false;

// Nothing may change under the hands of the person: not while a card is held or lifted, nor under an open menu.
function busy() {
  return document.hidden || foyer.held || document.querySelector('.board .menu:popover-open, .board [aria-busy]');
}

async function ask() {
  if (asking || busy()) return;
  asking = true;
  const board = foyer.board();
  if (board.dataset.asked !== board.dataset.changes) version = board.dataset.version; // The filters changed.
  board.dataset.asked = board.dataset.changes;
  const focused = document.activeElement?.closest('.card')?.id;
  const control = document.activeElement?.className;
  const take = (event) => {
    const { response } = event.detail.ctx;
    if (busy()) event.preventDefault();
    else version = response.headers.get('ETag')?.replaceAll(/W\/|"/g, '') ?? version;
  };
  board.addEventListener('htmx:after:request', take, { once: true });
  try {
    await htmx.ajax('GET', board.dataset.changes, {
      source: board,
      swap: 'none',
      headers: { 'If-None-Match': `"${version}"` },
    });
  } finally {
    board.removeEventListener('htmx:after:request', take);
    asking = false;
  }
  // A card that was drawn anew lost the focus: give it back.
  if (focused && document.activeElement === document.body) {
    const card = document.getElementById(focused);
    (card?.querySelector(`.${control.split(' ').at(-1)}`) ?? card?.querySelector('.cover'))?.focus({ preventScroll: true });
  }
}

setInterval(ask, SECONDS * 1000);
document.addEventListener('visibilitychange', ask);
