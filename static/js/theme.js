// The switch between light and dark, kept in this browser. Without it the system's choice holds.
const root = document.documentElement;
if (localStorage.theme === 'light' || localStorage.theme === 'dark') root.dataset.theme = localStorage.theme;

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-action="theme"]')) return;
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const next = (root.dataset.theme ?? system) === 'dark' ? 'light' : 'dark';
  root.dataset.theme = next;
  localStorage.theme = next;
});
