// A file field as a place to drop a file that names the one chosen. The input itself stays and does the sending.
const size = (bytes) => bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function show(zone) {
  const input = zone.querySelector('input[type="file"]');
  const file = input.files[0];
  const name = zone.querySelector('[data-name]');
  name.dataset.empty ??= name.textContent;
  name.textContent = file ? file.name : name.dataset.empty;
  zone.querySelector('[data-size]').textContent = file ? size(file.size) : '';
  zone.querySelector('[data-choose]').textContent = file ? 'Replace' : 'Choose a file';
  zone.querySelector('[data-action="remove-file"]').hidden = !file;
  if (file) zone.dataset.state = 'done'; else delete zone.dataset.state;
}

for (const zone of document.querySelectorAll('[data-drop-file]')) {
  zone.querySelector('input[type="file"]').classList.add('visually-hidden');
  for (const part of zone.querySelectorAll('[data-script-only]')) part.hidden = false;
  show(zone);
}

document.addEventListener('change', (event) => {
  const zone = event.target.closest('[data-drop-file]');
  if (zone) show(zone);
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-action="remove-file"]');
  if (!button) return;
  const zone = button.closest('[data-drop-file]');
  const input = zone.querySelector('input[type="file"]');
  input.value = '';
  show(zone);
  input.focus();
});

for (const type of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (event) => {
    const zone = event.target.closest?.('[data-drop-file]');
    if (!zone || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    zone.toggleAttribute('data-over', type === 'dragover');
    if (type !== 'drop' || !event.dataTransfer.files.length) return;
    zone.querySelector('input[type="file"]').files = event.dataTransfer.files;
    show(zone);
  });
}
