// Numbers and times as people read them. Each has a width that hardly changes, so that nothing jumps.

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** What is not known. */
export const UNKNOWN = '–';

/** `1,024` */
export function countText(count: number): string {
  return WHOLE.format(count);
}

/** Short, for a place in a drawing: `998`, `1.2k`, `15k`, `3.1M`. */
export function shortText(count: number): string {
  if (count < 1000) return WHOLE.format(count);
  const [divisor, unit] = count < 999_500 ? [1000, 'k'] : [1_000_000, 'M'];
  const scaled = count / divisor;
  return `${scaled < 9.95 ? scaled.toFixed(1) : WHOLE.format(scaled)}${unit}`;
}

/** How many a second: `0`, `0.3`, `12`, `1,204`. */
export function rateText(perSecond: number): string {
  return perSecond < 9.95 ? TENTHS.format(perSecond) : WHOLE.format(perSecond);
}

/** Milliseconds: `0.42 ms`, `12.3 ms`, `350 ms`, `2.10 s`, `41 s`. */
export function msText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  if (ms < 0.005) return '0 ms';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  return ms < 9995 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(0)} s`;
}

/** `512 B`, `1.5 KiB`, `256 MiB` */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${WHOLE.format(bytes)} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let scaled = bytes / 1024;
  let unit = 0;
  while (scaled >= 1023.5 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${scaled < 9.95 ? TENTHS.format(scaled) : WHOLE.format(scaled)} ${units[unit]}`;
}

/** `12 %`, and `< 1 %` for what is not nothing. */
export function shareText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const percent = (part / whole) * 100;
  return percent < 1 ? '< 1 %' : `${WHOLE.format(percent)} %`;
}

/** `21:07:03 UTC`, of ISO 8601. */
export function clockText(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}
