// The script of the page: it puts the texts of each frame where the page says. All that is shown was made by the
// server; here is no HTML, so bytes of a peer can't become any.

export const SCRIPT = `
'use strict';
(() => {
  const put = {
    t: (element, value) => { element.textContent = value; },
    l: (element, value) => { element.dataset.level = value; },
    p: (element, value) => { element.setAttribute('d', value); },
    w: (element, value) => { element.setAttribute('width', value); },
    a: (element, value) => { element.setAttribute('aria-label', value); },
  };
  const places = Object.keys(put).flatMap((kind) =>
    [...document.querySelectorAll('[data-' + kind + ']')].map((element) => ({
      element, put: put[kind], key: element.dataset[kind], was: undefined,
    })));
  const show = (view) => {
    for (const place of places) {
      const value = view[place.key];
      if (value === undefined || value === place.was) continue;
      place.put(place.element, value);
      place.was = value;
    }
  };
  const live = document.getElementById('live');
  const say = (text) => { if (live.textContent !== text) live.textContent = text; };
  const button = document.getElementById('pause');
  let source;
  let isPaused = false;
  let again;
  const close = () => { clearTimeout(again); source?.close(); source = undefined; };
  const open = () => {
    close();
    if (isPaused || document.hidden) return;
    source = new EventSource('events');
    source.onopen = () => say('live');
    source.onmessage = (event) => { say('live'); show(JSON.parse(event.data)); };
    source.onerror = () => {
      say('no connection');
      // After an answer such as 503 a browser does not try again.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, 5000);
    };
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    button.textContent = isPaused ? 'Go on' : 'Pause';
    document.body.classList.toggle('paused', isPaused);
    if (isPaused) { close(); say('paused'); } else { say('connecting'); open(); }
  });
  // Nobody looks: the server need not watch.
  document.addEventListener('visibilitychange', open);
  say('connecting');
  open();
})();
`;
