// The selection on the board: by click, a range with Shift, a whole column. What is done with it is an ordinary form.
'use strict';

const bar = document.getElementById('bulk');
const MOST = 500; // As in ats/pipeline/bulk.py.
let last = null; // The box clicked before, where a range begins.

const boxes = () => [...document.querySelectorAll('.pick input')];

function count() {
  bar.querySelector('output').textContent = boxes().filter((box) => box.checked).length;
}

function range(from, to, checked) {
  const all = boxes();
  const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  if (start >= 0) all.slice(start, end + 1).forEach((box) => { box.checked = checked; });
}

// All of the column: the cards that scrolling would bring are fetched first, as many as one request may name.
async function selectColumn(button) {
  const column = button.closest('.column');
  const own = () => [...column.querySelectorAll('.pick input')];
  const checked = !own().every((one) => one.checked);
  button.setAttribute('aria-busy', 'true');
  for (let more; checked && own().length < MOST && (more = column.querySelector('.more'));) {
    const before = own().length;
    await htmx.ajax('GET', more.querySelector('a').href, { source: more, target: more, swap: 'outerHTML' });
    if (own().length === before) break; // The server could not be reached; its own sentence says so.
  }
  button.removeAttribute('aria-busy');
  own().slice(0, MOST).forEach((one) => { one.checked = checked; });
  count();
}

if (bar) {
  document.addEventListener('click', (event) => {
    const box = event.target.closest('.pick input');
    if (box) {
      if (event.shiftKey && last?.isConnected) range(last, box, box.checked);
      last = box;
      count();
    }
    const all = event.target.closest('[data-action="select-column"]');
    if (all) selectColumn(all);
  });
  document.addEventListener('change', (event) => {
    if (event.target.closest('.pick')) count();
  });
  bar.addEventListener('reset', () => {
    boxes().forEach((box) => { box.checked = false; });
    count();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.name === 'tag' && event.target.form === bar) {
      event.preventDefault();
      event.target.nextElementSibling.click();
    }
  });
  // Cards come and go: what was moved is not selected any more.
  document.addEventListener('htmx:after:swap', count);
  const reveal = () => document.querySelectorAll('.select-all').forEach((button) => { button.hidden = false; });
  document.addEventListener('htmx:after:swap', reveal);
  reveal();
  count();
}
