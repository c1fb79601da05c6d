'use strict';
// Filters the rows, and keeps what is filtered in the address, so that a link shows the same to others.
// Nothing here makes markup out of text.
(() => {
  const form = document.getElementById('filter');
  const said = document.getElementById('shown');
  const next = document.getElementById('next');
  const rows = Array.from(document.querySelectorAll('.row'));
  const groups = Array.from(document.querySelectorAll('.group'));
  const names = ['find', 'status', 'section', 'risk'];
  const field = (name) => form.elements.namedItem(name);
  let texts = null;

  const textOf = (at) => {
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    return texts[at];
  };

  const apply = () => {
    const [find, status, section, risk] = names.map((name) => field(name)?.value ?? '');
    const words = find.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = (!status || row.dataset.status === status)
        && (!section || row.dataset.section === section)
        && (!risk || (risk === 'any' ? row.dataset.risk : row.dataset.risk === risk))
        && words.every((word) => textOf(at).includes(word));
      if (row.hidden === Boolean(fits)) row.hidden = !fits;
      if (fits) shown += 1;
    });
    const filtered = Boolean(status || section || risk || words.length);
    for (const part of document.querySelectorAll('.chunk, .group')) {
      part.hidden = filtered && !part.querySelector('.row:not([hidden])');
    }
    for (const fold of document.querySelectorAll('.fold')) {
      if (filtered) fold.open = true;
    }
    said.textContent = filtered ? `${shown} of ${rows.length} are shown` : '';
    return filtered;
  };

  const write = () => {
    const state = new URLSearchParams();
    for (const name of names) {
      const value = field(name)?.value;
      if (value) state.set(name, value);
    }
    const hash = state.toString();
    // A page that may not write its own address works without.
    try {
      history.replaceState(null, '', hash ? `#?${hash}` : '#');
    } catch { /* sandboxed */ }
  };

  const read = () => {
    const hash = decodeURI(location.hash);
    if (!hash.startsWith('#?')) {
      reveal(hash.slice(1));
      return;
    }
    const state = new URLSearchParams(location.hash.slice(2));
    for (const name of names) {
      if (field(name)) field(name).value = state.get(name) ?? '';
    }
    apply();
  };

  // A link may lead to what is folded or filtered out.
  const reveal = (id) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    const row = target.closest('.row');
    if (row?.hidden) {
      form.reset();
      apply();
    }
    const fold = target.closest('.fold');
    if (fold && !fold.open) fold.open = true;
    target.scrollIntoView();
    if (row) row.focus({ preventScroll: true });
  };

  const cards = rows.filter((row) => row.classList.contains('card'));
  if (cards.length) {
    next.hidden = false;
    next.addEventListener('click', () => {
      const shown = cards.filter((card) => !card.hidden);
      if (!shown.length) return;
      const current = document.querySelector('.card.current');
      const card = shown[(shown.indexOf(current) + 1) % shown.length];
      current?.classList.remove('current');
      card.classList.add('current');
      card.scrollIntoView();
    });
  }

  let waiting = 0;
  form.addEventListener('input', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { apply(); write(); });
  });
  form.addEventListener('reset', () => setTimeout(() => { apply(); write(); }));
  form.addEventListener('submit', (event) => event.preventDefault());
  window.addEventListener('hashchange', read);
  window.addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
  });
  form.hidden = false;
  read();
})();
