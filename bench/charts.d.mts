// What other files see of charts.mjs: the types of ECharts name a browser's, which are not loaded here.

/** @returns an SVG document */
export declare function lineChart(chart: object): string;
/** @returns an SVG document */
export declare function barChart(chart: object): string;
