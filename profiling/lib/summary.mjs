// A profile in two tables: by folder, and the functions that took the most time themselves.

const FUNCTIONS_SHOWN = 25;

export function summary(profile) {
  const { busy, idle, groups, functions } = profile;
  const percent = (part) => `${((100 * part) / busy).toFixed(1).padStart(5)} %`;
  const lines = [
    `busy ${seconds(busy)}, idle ${seconds(idle)}; below, parts of the busy time`,
    '',
    'by folder, self time',
    ...groups.map(([group, self]) => `  ${percent(self)}  ${group}`),
    '',
    'by function, self time',
  ];
  for (const { name, place, group, self } of functions.slice(0, FUNCTIONS_SHOWN)) {
    lines.push(`  ${percent(self)}  ${name.padEnd(28)} ${place === '' ? group : place}`);
  }
  const rest = functions.slice(FUNCTIONS_SHOWN);
  const restSelf = rest.reduce((sum, { self }) => sum + self, 0);
  if (rest.length > 0) lines.push(`  ${percent(restSelf)}  ${rest.length} others`);
  return lines.join('\n');
}

function seconds(microseconds) {
  return `${(microseconds / 1e6).toFixed(2)} s`;
}
