// From values to places on an axis, and which values get a tick.

/** @param axis - `{ scale: 'linear' | 'log', min, max }` */
export function scaleFor({ scale = 'linear', min, max }, from, to) {
  const map = scale === 'log' ? Math.log10 : (value) => value;
  const span = map(max) - map(min);
  return (value) => {
    const within = Math.min(Math.max(value, min), max);
    return from + ((map(within) - map(min)) / span) * (to - from);
  };
}

/** Round values from min to max, about `count` of them; powers of ten, and half of them, on a log axis. */
export function ticksOf({ scale = 'linear', min, max, ticks }, count = 5) {
  if (ticks !== undefined) return ticks;
  if (scale === 'log') {
    const found = [];
    for (let power = Math.floor(Math.log10(min)); 10 ** power <= max; power++) {
      for (const factor of [1, 2, 5]) {
        const value = factor * 10 ** power;
        if (value >= min && value <= max) found.push(value);
      }
    }
    return found;
  }
  const step = roundStep((max - min) / count);
  const first = Math.ceil(min / step);
  return Array.from({ length: Math.floor(max / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** A round number at or above `max`, for the end of an axis. */
export function roundUp(max, count = 5) {
  const step = roundStep(max / count);
  return Math.ceil(max / step) * step;
}

function roundStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 2.5, 5, 10].find((factor) => factor * power >= step * 0.999) * power;
}
