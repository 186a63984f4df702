// The media type of a file, by the extension of its name. The table is small, for the usual files
// of sites. An unknown file is a stream of octets, which a browser downloads and never runs.

/** The Content-Type of a file with this name. */
export function mimeTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  if (dot < 1) return OCTETS;
  return MIME_TYPES.get(name.slice(dot + 1).toLowerCase()) ?? OCTETS;
}

const OCTETS = 'application/octet-stream';

const MIME_TYPES: ReadonlyMap<string, string> = new Map([
  // Text. UTF-8 is stated: without it a browser guesses.
  ['css', 'text/css; charset=utf-8'],
  ['csv', 'text/csv; charset=utf-8'],
  ['htm', 'text/html; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['ics', 'text/calendar; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['log', 'text/plain; charset=utf-8'],
  ['markdown', 'text/markdown; charset=utf-8'],
  ['md', 'text/markdown; charset=utf-8'],
  ['mjs', 'text/javascript; charset=utf-8'],
  ['txt', 'text/plain; charset=utf-8'],
  ['vcf', 'text/vcard; charset=utf-8'],
  ['vtt', 'text/vtt; charset=utf-8'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  // JSON and XML carry their own encoding (RFC 8259 §8.1, RFC 7303 §3).
  ['atom', 'application/atom+xml'],
  ['geojson', 'application/geo+json'],
  ['json', 'application/json'],
  ['jsonld', 'application/ld+json'],
  ['map', 'application/json'],
  ['rss', 'application/rss+xml'],
  ['webmanifest', 'application/manifest+json'],
  ['xhtml', 'application/xhtml+xml'],
  ['xml', 'application/xml'],
  ['xsl', 'application/xslt+xml'],
  // Images.
  ['apng', 'image/apng'],
  ['avif', 'image/avif'],
  ['bmp', 'image/bmp'],
  ['gif', 'image/gif'],
  ['ico', 'image/x-icon'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['jxl', 'image/jxl'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['webp', 'image/webp'],
  // Fonts.
  ['otf', 'font/otf'],
  ['ttf', 'font/ttf'],
  ['woff', 'font/woff'],
  ['woff2', 'font/woff2'],
  // Sound and film.
  ['aac', 'audio/aac'],
  ['flac', 'audio/flac'],
  ['m3u8', 'application/vnd.apple.mpegurl'],
  ['m4a', 'audio/mp4'],
  ['mid', 'audio/midi'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mpeg', 'video/mpeg'],
  ['oga', 'audio/ogg'],
  ['ogg', 'audio/ogg'],
  ['ogv', 'video/ogg'],
  ['opus', 'audio/ogg'],
  ['ts', 'video/mp2t'],
  ['wav', 'audio/wav'],
  ['weba', 'audio/webm'],
  ['webm', 'video/webm'],
  // Documents, archives, programs.
  ['7z', 'application/x-7z-compressed'],
  ['bz2', 'application/x-bzip2'],
  ['epub', 'application/epub+zip'],
  ['gz', 'application/gzip'],
  ['pdf', 'application/pdf'],
  ['rtf', 'application/rtf'],
  ['tar', 'application/x-tar'],
  ['tgz', 'application/gzip'],
  ['wasm', 'application/wasm'],
  ['xz', 'application/x-xz'],
  ['zip', 'application/zip'],
  ['zst', 'application/zstd'],
]);
