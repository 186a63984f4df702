// Pieces of SVG as strings. Colours are those of Okabe and Ito, which the colour-blind can tell apart, in
// an order in which they differ in lightness too; dashes and marks tell them apart in grey.

export const styles = [
  { colour: '#0072b2', dash: '', mark: 'circle', width: 3 },
  { colour: '#d55e00', dash: '7 4', mark: 'square', width: 2 },
  { colour: '#009e73', dash: '2 3', mark: 'triangle', width: 2 },
  { colour: '#7a4fa3', dash: '10 3 2 3', mark: 'diamond', width: 2 },
  { colour: '#8a6d00', dash: '4 2', mark: 'cross', width: 2 },
  { colour: '#444444', dash: '1 2', mark: 'circle', width: 2 },
];

export const ink = '#222222';
export const faint = '#d9d9d9';
const font = 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif';

export const n = (value) => Number(value.toFixed(1));
export const escaped = (text) =>
  String(text).replace(
    /[&<>"]/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c],
  );

/** The page of a chart: white, so that it can be read on a dark one. */
export function sheet({ width, height, title, subtitle }, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="${font}" font-size="13" fill="${ink}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${text(16, 26, title, { size: 17, weight: 600 })}
${subtitle === undefined ? '' : text(16, 46, subtitle, { size: 13, colour: '#555555' })}
${content}
</svg>
`;
}

export function text(x, y, words, { anchor = 'start', size, weight, colour, turned } = {}) {
  const given = [
    `x="${n(x)}" y="${n(y)}"`,
    anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
    size === undefined ? '' : ` font-size="${size}"`,
    weight === undefined ? '' : ` font-weight="${weight}"`,
    colour === undefined ? '' : ` fill="${colour}"`,
    turned ? ` transform="rotate(-90 ${n(x)} ${n(y)})"` : '',
  ];
  return `<text ${given.join('')}>${escaped(words)}</text>`;
}

export function line(x1, y1, x2, y2, { colour = faint, width = 1, dash = '' } = {}) {
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" stroke="${colour}" stroke-width="${width}"${dashes}/>`;
}

export function path(points, { colour, dash, width }) {
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${n(x)} ${n(y)}`).join('');
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${dashes}/>`;
}

export function area(points, { colour }) {
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${n(x)} ${n(y)}`).join('');
  return `<path d="${d}Z" fill="${colour}" opacity="0.14"/>`;
}

export function mark(x, y, { mark: shape, colour }) {
  const r = 4;
  const polygon = (points) =>
    `<polygon points="${points.map(([px, py]) => `${n(px)},${n(py)}`).join(' ')}" fill="${colour}"/>`;
  switch (shape) {
    case 'square':
      return `<rect x="${n(x - r)}" y="${n(y - r)}" width="${2 * r}" height="${2 * r}" fill="${colour}"/>`;
    case 'triangle':
      return polygon([
        [x, y - r - 1],
        [x + r + 1, y + r],
        [x - r - 1, y + r],
      ]);
    case 'diamond':
      return polygon([
        [x, y - r - 1],
        [x + r + 1, y],
        [x, y + r + 1],
        [x - r - 1, y],
      ]);
    case 'cross':
      return (
        line(x - r, y - r, x + r, y + r, { colour, width: 2 }) +
        line(x - r, y + r, x + r, y - r, { colour, width: 2 })
      );
    default:
      return `<circle cx="${n(x)}" cy="${n(y)}" r="${r}" fill="${colour}"/>`;
  }
}
