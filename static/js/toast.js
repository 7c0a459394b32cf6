// A toast can be put away, and goes by itself when its line has run out (css/toast.css).
document.addEventListener('click', (event) => {
  event.target.closest('[data-action="dismiss"]')?.closest('.toast').remove();
});

document.addEventListener('animationend', (event) => {
  if (event.animationName === 'countdown') event.target.remove();
});

// The line of a toast about a waiting mail runs for as long as the mail waits.
document.addEventListener('htmx:after:swap', () => {
  const waiting = document.querySelector('#toast [data-hold-seconds]');
  waiting?.closest('.toast').style.setProperty('--countdown', `${waiting.dataset.holdSeconds}s`);
});
