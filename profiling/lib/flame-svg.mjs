// A flame graph as one SVG without scripts: for documents and for looking at quickly. A frame's width
// is its share of the busy time, those it calls stand on top of it, its colour tells the folder.

const WIDTH = 1200;
const ROW = 17;
const TOP = 58;
/** Narrower frames can't be seen, and make the file large. */
const WIDTH_MIN = 0.8;
const CHARACTER = 6.1;

const COLOURS = {
  'src/fsm': '#e4572e',
  'src/http': '#f3a712',
  'src/conn': '#a8c686',
  'src/io': '#669bbc',
  'src/limiter': '#c08497',
  src: '#d9b8a7',
  handler: '#b185db',
  node: '#b8c0c8',
  native: '#d5dade',
  'garbage collection': '#6c757d',
  'V8, libuv and the kernel': '#e9ecef',
};
const OTHER = '#eeeeee';

export function flameGraph({ root, busy }, title) {
  const boxes = [];
  const groups = new Set();
  let rows = 0;
  const draw = (frame, x, depth) => {
    const width = (frame.total / busy) * WIDTH;
    if (width < WIDTH_MIN) return;
    rows = Math.max(rows, depth + 1);
    groups.add(frame.group);
    boxes.push({ frame, x, width, depth });
    let at = x;
    for (const child of byName(frame.children)) {
      draw(child, at, depth + 1);
      at += (child.total / busy) * WIDTH;
    }
  };
  let at = 0;
  // The root says nothing.
  for (const child of byName(root.children)) {
    draw(child, at, 0);
    at += (child.total / busy) * WIDTH;
  }
  const height = TOP + rows * ROW + 8;
  const drawn = boxes.map(({ frame, x, width, depth }) => {
    const y = height - 8 - (depth + 1) * ROW;
    const percent = ((100 * frame.total) / busy).toFixed(1);
    const tip = `${frame.name} ${frame.place === '' ? frame.group : frame.place}: ${percent} %`;
    const letters = Math.floor((width - 6) / CHARACTER);
    const label = letters < 3 ? '' : shortened(frame.name, letters);
    return (
      `<g><title>${escaped(tip)}</title>` +
      `<rect x="${x.toFixed(1)}" y="${y}" width="${(width - 0.4).toFixed(1)}" height="${ROW - 1}" fill="${COLOURS[frame.group] ?? OTHER}"/>` +
      (label === ''
        ? ''
        : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`) +
      '</g>'
    );
  });
  const heading = `${escaped(title)}: ${(busy / 1e6).toFixed(1)} s of CPU time`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="monospace" font-size="10">`,
    `<title>${heading}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="4" y="18" font-size="14">${heading}</text>`,
    ...legend([...groups].filter((group) => group in COLOURS)),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function legend(groups) {
  const order = Object.keys(COLOURS);
  let x = 4;
  return groups
    .sort((a, b) => order.indexOf(a) - order.indexOf(b))
    .map((group) => {
      const at = x;
      x += 22 + group.length * CHARACTER + 8;
      return `<rect x="${at}" y="30" width="12" height="12" fill="${COLOURS[group]}"/><text x="${at + 17}" y="40">${group}</text>`;
    });
}

/** A stable order: two pictures can be laid side by side. */
function byName(frames) {
  return [...frames].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function shortened(text, letters) {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
