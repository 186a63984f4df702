/**
 * Charts as SVG documents, without dependencies, for all benchmarks.
 *
 * @module
 */

export { barChart } from './bar-chart.mjs';
export { lineChart } from './line-chart.mjs';
