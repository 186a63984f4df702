// A .cpuprofile as a tree of times: whose frames they are, and how long each was on top.

/** Where the repository stands, as a URL that ends with a slash. */
export const REPOSITORY = new URL('../../', import.meta.url).href;

export class Profile {
  /** All time sampled but idle, in microseconds. */
  busy = 0;
  idle = 0;
  /** The functions that time was spent in: `{ name, place, group, self }`, the longest first. */
  functions;
  /** The tree of calls: `{ name, place, group, self, total, children }`. */
  root;

  constructor({ nodes, samples, timeDeltas }) {
    const selfOf = new Map();
    for (let i = 0; i < samples.length; i++) {
      // A sample lasts until the next one is taken.
      const lasted = Math.max(0, timeDeltas[i + 1] ?? 0);
      selfOf.set(samples[i], (selfOf.get(samples[i]) ?? 0) + lasted);
    }
    const byId = new Map(nodes.map((node) => [node.id, node]));
    this.root = this.#frame(nodes[0], byId, selfOf);
    this.busy = this.root.total;
    this.functions = this.#flat();
  }

  /** Self time by group, the longest first. */
  get groups() {
    const sums = new Map();
    for (const { group, self } of this.functions) sums.set(group, (sums.get(group) ?? 0) + self);
    return [...sums].sort((a, b) => b[1] - a[1]);
  }

  #frame(node, byId, selfOf) {
    const { functionName, url, lineNumber } = node.callFrame;
    const self = selfOf.get(node.id) ?? 0;
    if (functionName === '(idle)') {
      this.idle += self;
      return undefined;
    }
    const children = mergedByName(
      (node.children ?? [])
        .map((id) => this.#frame(byId.get(id), byId, selfOf))
        .filter((child) => child !== undefined && child.total > 0),
    );
    return {
      name: functionName === '' ? '(anonymous)' : functionName,
      place: placeOf(url, lineNumber),
      group: groupOf(functionName, url),
      self,
      total: children.reduce((sum, child) => sum + child.total, self),
      children,
    };
  }

  #flat() {
    const found = new Map();
    const visit = ({ name, place, group, self, children }) => {
      const key = `${name} ${place}`;
      const row = found.get(key) ?? { name, place, group, self: 0 };
      row.self += self;
      found.set(key, row);
      for (const child of children) visit(child);
    };
    visit(this.root);
    return [...found.values()].sort((a, b) => b.self - a.self);
  }
}

/** One frame for a function, however often its code was compiled anew while it was sampled. */
function mergedByName(frames) {
  const merged = new Map();
  for (const frame of frames) {
    const key = `${frame.name} ${frame.place}`;
    const before = merged.get(key);
    if (before === undefined) merged.set(key, frame);
    else {
      before.self += frame.self;
      before.total += frame.total;
      before.children = mergedByName([...before.children, ...frame.children]);
    }
  }
  return [...merged.values()];
}

function placeOf(url, lineNumber) {
  if (url === '') return '';
  const path = url.startsWith(REPOSITORY) ? url.slice(REPOSITORY.length) : url;
  return `${path}:${lineNumber + 1}`;
}

/** The folder of src that the code comes from, or what else it is. */
function groupOf(name, url) {
  if (url.startsWith('node:')) return 'node';
  if (url.startsWith(`${REPOSITORY}build/`)) {
    const [folder, ...rest] = url.slice(REPOSITORY.length + 'build/'.length).split('/');
    return rest.length === 0 ? 'src' : `src/${folder}`;
  }
  if (url.startsWith(`${REPOSITORY}profiling/`)) return 'handler';
  if (name === '(garbage collector)') return 'garbage collection';
  if (name === '(program)' || name === '(root)') return 'V8, libuv and the kernel';
  return 'native';
}
