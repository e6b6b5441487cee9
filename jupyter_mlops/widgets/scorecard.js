/** Shows the card, keeps what was opened, and asks the kernel to look again while somebody can see it. */

const EVERY = 3000; // milliseconds between two looks

function render({ model, el }) {
  const root = document.createElement('div');
  root.className = 'mlops-card';
  root.setAttribute('role', 'region');
  root.setAttribute('aria-label', 'MLOps scorecard');
  const again = document.createElement('button');
  again.type = 'button';
  again.textContent = 'Check again';
  const content = document.createElement('div');
  const status = document.createElement('p');
  status.className = 'mlops-quiet';
  status.setAttribute('role', 'status');
  root.append(again, content, status);
  el.append(root);

  // The static card that stands in where no scripts run.
  const standIn = document.getElementById(model.get('stand_in'));
  if (standIn) {
    (standIn.closest('.jp-OutputArea-child') ?? standIn).style.display = 'none';
  }

  function show() {
    const opened = new Set(
      [...content.querySelectorAll('details[open]')].map(details => details.dataset.key)
    );
    const focused = content.contains(document.activeElement)
      ? document.activeElement.closest('details')?.dataset.key
      : undefined;
    content.innerHTML = model.get('content');
    for (const details of content.querySelectorAll('details')) {
      details.open = opened.has(details.dataset.key);
      if (details.dataset.key === focused) {
        details.querySelector('summary').focus({ preventScroll: true });
      }
    }
  }

  let inView = false;
  let waiting = false;
  let timer;

  function look(asked) {
    clearTimeout(timer);
    waiting = true;
    model.send({ kind: 'look', asked });
  }

  /** One question at a time, and none while nobody sees the answer: a busy kernel is not piled up with them. */
  function schedule(delay = EVERY) {
    clearTimeout(timer);
    if (inView && !document.hidden && !waiting) {
      timer = setTimeout(look, delay, false);
    }
  }

  function hear(message) {
    if (message.kind === 'looked') {
      waiting = false;
      again.removeAttribute('aria-busy');
      schedule(Math.max(EVERY, 20 * message.took));
    }
  }

  function tell() {
    status.textContent = model.get('status');
  }

  const observer = new IntersectionObserver(entries => {
    inView = entries[entries.length - 1].isIntersecting;
    schedule(0);
  });
  const seen = () => schedule(0);
  again.addEventListener('click', () => {
    again.setAttribute('aria-busy', 'true');
    look(true);
  });
  document.addEventListener('visibilitychange', seen);
  model.on('change:content', show);
  model.on('change:status', tell);
  model.on('msg:custom', hear);
  show();
  tell();
  observer.observe(root);

  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', seen);
    model.off('change:content', show);
    model.off('change:status', tell);
    model.off('msg:custom', hear);
  };
}

export default { render };
