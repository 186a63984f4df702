// A small chart as paths in a box of fixed size. Values that are not known leave a gap.

/** The box: a unit for each sample. */
export const CHART_HEIGHT = 60;

export type Values = readonly (number | null)[];

/** The top of the scale: a round number, at least as high as every value. */
export function scaleFor(values: Values, least: number): number {
  const most = Math.max(least, ...values.map((value) => value ?? 0));
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 1.5, 2, 3, 4, 6, 8, 10].find((one) => one * power >= most * 0.9999) ?? 10;
  return step * power;
}

/** A line through all known values. One above the scale runs along the top. */
export function linePath(values: Values, top: number): string {
  let path = '';
  let isDrawing = false;
  values.forEach((value, x) => {
    if (value === null) {
      isDrawing = false;
      return;
    }
    // A value alone is a dot.
    path += `${isDrawing ? 'L' : 'M'}${x} ${heightOf(value, top)}${isDrawing ? '' : 'h0'}`;
    isDrawing = true;
  });
  return path;
}

/** The same, filled down to 0. */
export function areaPath(values: Values, top: number): string {
  let path = '';
  let first: number | undefined;
  const close = (last: number): void => {
    if (first !== undefined) path += `L${last} ${CHART_HEIGHT}L${first} ${CHART_HEIGHT}Z`;
    first = undefined;
  };
  values.forEach((value, x) => {
    if (value === null) {
      close(x - 1);
      return;
    }
    path += `${first === undefined ? 'M' : 'L'}${x} ${heightOf(value, top)}`;
    first ??= x;
  });
  close(values.length - 1);
  return path;
}

function heightOf(value: number, top: number): string {
  const y = CHART_HEIGHT - (Math.min(Math.max(value, 0), top) / top) * CHART_HEIGHT;
  return y.toFixed(1).replace(/\.0$/, '');
}
