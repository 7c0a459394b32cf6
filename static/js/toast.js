// A toast can be put away, and goes by itself when its line has run out (css/toast.css).
document.addEventListener('click', (event) => {
  event.target.closest('[data-action="dismiss"]')?.closest('.toast').remove();
});

document.addEventListener('animationend', (event) => {
  if (event.animationName === 'countdown') event.target.remove();
});
