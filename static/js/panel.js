// A card opens beside the board: the application's page in a dialog, under its own address. Without script, and on that
// page itself, the same links lead from page to page; j and k follow them there, too.
'use strict';

const panel = document.getElementById('panel');
const article = () => document.getElementById('application-panel');
const card = (id = article()?.dataset.application) => document.getElementById(`application-${id}`);
const unsent = () => [...article().querySelectorAll('textarea')].some((field) => field.value !== field.defaultValue);
const mayLeave = () => !unsent() || window.confirm('What you typed here is not sent yet. Leave it?');
const focusHeading = () => document.getElementById('candidate-name').focus({ preventScroll: true });

const PANEL = { panel: true, htmx: true }; // htmx replaces a state that is not marked as its own.
let last = null; // The application that the panel showed last: its card gets the focus back.
let wasPanel = false; // Whether the browser's history was at a panel before its latest step.
let isPanel = false;

// Fetch the application at this address into the panel; false if that failed.
async function show(url, swap = 'outerHTML') {
  await htmx.ajax('GET', url, { source: panel, target: article() ?? panel, swap: article() ? swap : 'innerHTML' });
  if (article()?.dataset.application !== new URL(url, location).pathname.split('/').at(-1)) return false;
  last = article().dataset.application;
  if (!panel.open) {
    panel.append(document.getElementById('toast')); // What lies outside of a modal dialog can be neither seen nor used.
    panel.showModal();
  }
  return true;
}

async function refresh() {
  await show(location.href, 'outerMorph');
  if (document.activeElement === document.body) focusHeading();
}

async function open(url) {
  if (!(await show(url))) return;
  history.pushState(PANEL, '', url);
  isPanel = true;
  focusHeading();
}

async function turn(url) {
  if (!mayLeave() || !(await show(url))) return;
  history.replaceState(PANEL, '', url);
  focusHeading();
}

function follow(event) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = plain && !event.defaultPrevented && event.target.closest('a');
  if (!link) return;
  const isCover = link.matches('.card .cover');
  if (!isCover && !panel.contains(link)) return;
  if (isCover) open(link.href);
  else if (link.matches('[rel=prev], [rel=next]')) turn(link.href);
  else if (link.dataset.action === 'close-panel') mayLeave() && panel.close();
  else if (link.getAttribute('href').startsWith('#')) document.querySelector(link.hash).scrollIntoView();
  else return;
  event.preventDefault();
}

// The panel is gone: the board's address comes back, and the card has the focus.
function closed() {
  document.body.append(document.getElementById('toast'));
  article()?.remove();
  if (history.state?.panel) history.back();
  else focusCard();
}

function focusCard() {
  card(last)?.querySelector('.cover').focus({ preventScroll: true });
}

// j and k, wherever no text is typed.
document.addEventListener('keydown', (event) => {
  const wanted = { j: 'next', k: 'prev' }[event.key];
  const elsewhere = event.target.closest('input, textarea, select, .menu, dialog:not(#panel)');
  if (!wanted || elsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
  article()?.querySelector(`a[rel=${wanted}]`)?.click();
});

if (panel) {
  panel.setAttribute('hx-sync', 'replace'); // Who leafs through fast sees the last one.
  document.addEventListener('click', follow);
  panel.addEventListener('cancel', (event) => {
    if (event.target === panel && !mayLeave()) event.preventDefault();
  });
  panel.addEventListener('close', (event) => {
    if (event.target === panel) closed();
  });
  panel.addEventListener('click', (event) => {
    if (event.target === panel && mayLeave()) panel.close(); // Beside the panel, on the board.
  });
  // The card stands elsewhere, for whoever moved it, here or on another screen: the panel follows.
  document.addEventListener('htmx:after:swap', (event) => {
    const isOwn = event.detail.ctx.sourceElement === panel;
    if (isOwn || !panel.open || !card() || unsent()) return;
    if (card().dataset.stageOf !== article().dataset.stageOf) refresh();
  });
  document.addEventListener('htmx:finally:request', (event) => {
    if (event.detail.ctx.sourceElement.dataset?.then === 'refresh') refresh();
  });
  window.addEventListener('popstate', () => {
    wasPanel = isPanel;
    isPanel = Boolean(history.state?.panel);
    if (isPanel) show(location.href).then((shown) => shown && focusHeading());
    else if (panel.open) panel.close();
    else if (wasPanel) focusCard();
  });
  // The board is still there behind the panel: nothing is to be fetched for the way back.
  document.addEventListener('htmx:before:history:restore', (event) => {
    if (wasPanel || isPanel || history.state?.panel) event.preventDefault();
  });
} else {
  // A panel's address that was loaded anew is a page: what came before it in the history are other pages.
  const own = location.pathname;
  window.addEventListener('popstate', () => {
    if (location.pathname !== own) location.reload();
  });
}
