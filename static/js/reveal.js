// The eye in a password field. The button is hidden in the page and shown here, so that without script it is not there.
for (const button of document.querySelectorAll('[data-action="reveal"]')) button.hidden = false;

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-action="reveal"]');
  if (!button) return;
  const input = document.getElementById(button.getAttribute('aria-controls'));
  const show = input.type === 'password';
  input.type = show ? 'text' : 'password';
  button.setAttribute('aria-pressed', show);
});
